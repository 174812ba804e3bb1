"""The hash of a check changes with whatever the check depends on, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.suite import runner
from autograder.suite.digests import check_digests, with_dependents, with_needs

SUITE = '''"""A question."""
import numpy as np
import pytest

from autograder.suite import points, question

pytestmark = question("area")
LIMIT = 3
RNG = np.random.default_rng(0)


def inner():
    return 1


def helper():
    return inner()


@pytest.fixture(name="model")
def a_model():
    return helper()


@points(1, hint="a hint")
def test_one(submission):
    """One."""
    assert helper() == 1, "one"


@points(1, needs="test_one")
def test_two(submission):
    """Two."""
    assert True, "two"


@points(1)
def test_three(model):
    """Three."""
    assert model, "three"


@pytest.mark.usefixtures("model")
@points(1)
def test_four():
    """Four."""
    assert True, "four"


@pytest.mark.parametrize("size", [pytest.param(1, marks=points(1)), pytest.param(2, marks=points(1))])
def test_five(size):
    """Five."""
    assert size, "five"
'''
EVERYTHING = {"one", "two", "three", "four", "five[1]", "five[2]"}


def changed(folder: Path, old: str, new: str, file: str = "test_area.py") -> set[str]:
    """Return the checks whose hash is another when one text in a suite is replaced by another."""
    found = []
    for text in (SUITE, SUITE.replace(old, new) if file == "test_area.py" else SUITE):
        (folder / "test_area.py").write_text(text)
        found.append(check_digests(folder, runner.collect(folder)))
    before, after = found
    assert len(set(before.values())) == len(before)
    return {name.partition(".")[2] for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"one"', '"another"', {"one", "two"}),
        ('"two"', '"another"', {"two"}),
        ("return 1", "return 2", {"one", "two", "three", "four"}),
        ("return helper()", "return helper() + 1", {"three", "four"}),
        ("a hint", "another", {"one", "two"}),
        ("LIMIT = 3", "LIMIT = 4", EVERYTHING),
        ("a question", "a question", set()),
        ('"""A question.', '"""The question.', EVERYTHING),
        ("pytest.param(2, marks=points(1))", "pytest.param(2, marks=points(2))", {"five[1]", "five[2]"}),
        ('hint="a hint"', 'hint=f"{RNG.random():.0f}"', EVERYTHING),
        ("def test_two", "# what follows is the second\n\n\n\ndef test_two", set()),
    ],
    ids=[
        "check",
        "check that needs it",
        "helper",
        "fixture",
        "hint",
        "value",
        "nothing",
        "title",
        "marks",
        "draws",
        "comment",
    ],
)
def test_it_changes_with_what_the_check_reaches(tmp_path: Path, old: str, new: str, expected: set[str]) -> None:
    """Its function, helpers and fixtures by any name, marks, values of the module and the checks that it needs."""
    assert changed(tmp_path, old, new) == expected


def test_another_module_counts_where_it_is_named(tmp_path: Path) -> None:
    """A module of the suite's folder is part of the checks of each file that names it."""
    named = SUITE.replace(
        "LIMIT = 3", 'LIMIT = __import__("runpy").run_path(str(Path(__file__).with_name("shared.py")))'
    )
    (tmp_path / "test_area.py").write_text(named.replace("import numpy", "from pathlib import Path\n\nimport numpy"))
    (tmp_path / "test_other.py").write_text(SUITE.replace('"area"', '"total"'))
    found = []
    for text in ("LIMIT = 3\n", "LIMIT = 4\n"):
        (tmp_path / "shared.py").write_text(text)
        found.append(check_digests(tmp_path, runner.collect(tmp_path)))
    differs = {name for name in found[0] if found[0][name] != found[1][name]}
    assert differs == {name for name in found[0] if name.startswith("area.")}


def test_needs_are_followed_both_ways(tmp_path: Path) -> None:
    """What a check needs is asked with it, and so is what needs it."""
    (tmp_path / "test_area.py").write_text(SUITE)
    checks = runner.collect(tmp_path)
    assert with_needs({"area.two"}, checks) == {"area.one", "area.two"}
    assert with_dependents({"area.one"}, checks) == {"area.one", "area.two"}
