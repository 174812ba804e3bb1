"""docs/training.md speaks of settings, fixtures, options and commands that there are."""

import re
import textwrap
from pathlib import Path

import pytest

from autograder.cli.main import main
from autograder.settings import Limits, Recipe, Settings
from autograder.suite import runner

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


def test_the_options_are_known(capsys):
    """Every option and command that is named can be asked about."""
    main(["grade", "--help"])
    main(["cache", "--help"])
    known = capsys.readouterr().out
    for option in set(re.findall(r"`(?:grade )?(--\w+)", DOCUMENT)):
        assert option in known, option
    for command in set(re.findall(r"`autograder cache (\w+)", DOCUMENT)):
        assert f"  {command} " in known
