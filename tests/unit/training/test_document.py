"""docs/training.md speaks of settings, fixtures, options and commands that there are."""

import re
import textwrap
from pathlib import Path

import pytest

from autograder import datasets
from autograder.cli.main import main
from autograder.settings import Limits, Recipe, Settings, Task, parse_settings
from autograder.suite import runner
from autograder.training.tasks import BOX_WEIGHT

DOCUMENT = (Path(__file__).parents[3] / "docs" / "training.md").read_text()
HEAD = '''"""Examples."""
from autograder.suite import points, question, under_floor

pytestmark = question("small")


@points(1)
def test_returns_history(submission):
    """It returns a history."""


@points(1)
def test_scores_ten_classes(submission):
    """It scores ten classes."""
'''


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL))
def test_the_examples_are_checks(tmp_path, block):
    """Each can be collected, and the grader sees what it trains or evaluates."""
    (tmp_path / "test_small.py").write_text(HEAD + textwrap.dedent(block))
    checks = runner.collect(tmp_path)
    assert all(check.trains or check.evaluates for check in list(checks.values())[2:])
    assert len(checks) > 2


def test_the_settings_are_known():
    """What stands in backticks beside `[recipes.<name>]` are a recipe's settings; limits are limits."""
    text = DOCUMENT.partition("`[recipes.<name>]` has")[2].partition(";")[0]
    named = re.findall(r"`(\w+)`", text)
    assert set(named) | {"floors"} == set(Recipe.__struct_fields__)
    assert "`training_s`" in DOCUMENT
    assert Limits().training_s == 120
    assert "weights" in Settings.__struct_fields__


def test_the_recipes_are_recipes():
    """What is shown of an `assignment.toml` can be read, with a floor in each measure of its task."""
    (block,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    (recipe,) = parse_settings(f'title = "A practical"\n{block}').recipes.values()
    assert [recipe.floor("localizer", measure) for measure in recipe.task.measures] == [0.6, 0.5]
    for name in datasets.NAMES:
        assert f"`{name}`" in DOCUMENT
    for task in Task:
        (row,) = (line for line in DOCUMENT.splitlines() if line.startswith(f"| `{task.value}`"))
        assert all(f"`{measure.value}`" in row for measure in task.measures)
    assert f"and {BOX_WEIGHT:g} times the boxes' mean absolute error" in DOCUMENT


def test_the_options_are_known(capsys):
    """Every option and command that is named can be asked about."""
    main(["grade", "--help"])
    main(["cache", "--help"])
    known = capsys.readouterr().out
    for option in set(re.findall(r"`(?:grade )?(--\w+)", DOCUMENT)):
        assert option in known, option
    for command in set(re.findall(r"`autograder cache (\w+)", DOCUMENT)):
        assert f"  {command} " in known
