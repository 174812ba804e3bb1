"""A suite is collected once, where that is asked for, and judges as if it had been collected for each submission."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from autograder.errors import AssignmentError
from autograder.records import AssignmentId, CheckId, CheckResult, Outcome
from autograder.secret import CourseSecret
from autograder.suite import runner
from autograder.suite.plugin import Check, SuiteContext
from autograder.suite.submission import Submission

SUITE = '''"""Counting."""
import pathlib
import pytest
from autograder.suite import points, question

pytestmark = question("counting")
pathlib.Path(__file__).with_suffix(".collected").open("a").write("once ")
SEEN = []


@pytest.fixture(scope="module")
def ended():
    yield
    SEEN.append("ended")


@points(1)
def test_first(ended, rng):
    """Nobody was here before."""
    SEEN.append("first")
    assert SEEN == ["first"], f"{SEEN} were here"


@points(2, needs="test_first")
def test_folder(tmp_path):
    """Files can be written."""
    (tmp_path / "file").write_text("here")
    assert SEEN == ["first"], f"{SEEN} were here"


@points(4)
def test_classes():
    """What looks its own module up finds it."""
    import sys
    assert sys.modules[test_first.__module__].SEEN is SEEN, "another module"
'''


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """The folder of a suite that notes how often it was collected, and what has run in its module."""
    (tmp_path / "test_counting.py").write_text(SUITE)
    return tmp_path


def _judge(
    folder: Path,
    order: int | None = None,
    on_check: Callable[[Check], None] = lambda check: None,
    only: Collection[Check] | None = None,
) -> tuple[CheckResult, ...]:
    context = SuiteContext(
        assignment=AssignmentId("numbers"),
        secret=CourseSecret("s"),
        submission=Submission(None, lambda: pytest.fail("no runtime is needed"), {}),  # type: ignore[arg-type]
        train=lambda asked: pytest.fail("nothing is trained"),
        on_check=on_check,
        order=order,
    )
    return runner.judge(folder, context, only=only)[0]


def _times_collected(folder: Path) -> int:
    return (folder / "test_counting.collected").read_text().count("once")


def test_a_suite_that_was_prepared_is_not_collected_again(suite: Path) -> None:
    """However often it is prepared, as long as its files are the same; and it gives the results that it would give."""
    for _ in range(3):
        runner.prepare(suite, "digest")
    results = _judge(suite)
    assert _times_collected(suite) == 1
    assert [check.outcome for check in results] == [Outcome.PASSED] * 3
    assert results == _judge(suite)


def test_nothing_in_a_module_stays_for_the_next_submission(suite: Path) -> None:
    """What checks keep in their module is gone, although the suite was prepared once for both."""
    runner.prepare(suite, "digest")
    for _ in range(2):
        assert {check.outcome for check in _judge(suite)} == {Outcome.PASSED}
    assert _times_collected(suite) == 2


def test_a_suite_that_was_edited_is_prepared_again(suite: Path) -> None:
    """Its checks are those of the files as they are now."""
    runner.prepare(suite, "before")
    (suite / "test_counting.py").write_text(SUITE.replace("test_folder", "test_place"))
    runner.prepare(suite, "after")
    assert [check.check_id for check in _judge(suite)] == ["counting.first", "counting.place", "counting.classes"]


def test_a_prepared_suite_runs_in_another_order(suite: Path) -> None:
    """The order is the submission's, not that of the collection; what is needed still comes first."""
    runner.prepare(suite, "digest")
    asked: list[str] = []
    results = _judge(suite, order=0, on_check=lambda check: asked.append(check.id))
    assert asked == ["counting.classes", "counting.first", "counting.folder"]
    assert {check.outcome for check in results} == {Outcome.PASSED}


@pytest.mark.parametrize("is_prepared", [False, True])
def test_what_other_checks_need_is_no_matter_of_the_asked_ones(suite: Path, is_prepared: bool) -> None:
    """A check can be asked alone, although another one of its file needs one of a file that is not asked."""
    further = SUITE.replace("test_first", "test_other").replace("test_classes", "test_alone")
    (suite / "test_further.py").write_text(
        further.replace('needs="test_other"', 'needs="test_first"', 1).replace("test_folder", "test_place")
    )
    alone = runner.collect(suite)[CheckId("counting.alone")]
    if is_prepared:
        runner.prepare(suite, "digest")
    assert [check.check_id for check in _judge(suite, only=[alone])] == [alone.id]


def test_a_suite_that_cannot_be_used_cannot_be_prepared(suite: Path) -> None:
    """And what is wrong with it is said; nothing of pytest is left behind."""
    finders = list(sys.meta_path)
    (suite / "test_wrong.py").write_text("import no_such_module")
    with pytest.raises(AssignmentError, match="no_such_module"):
        runner.prepare(suite, "digest")
    assert sys.meta_path == finders


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("raise SystemExit(3)", r"pytest ended with SystemExit\(3\)"),
        ("raise KeyboardInterrupt", r"pytest ended with KeyboardInterrupt\(\)"),
        ("pytest.exit('enough')", "enough"),
    ],
)
def test_a_suite_that_ends_the_process_does_not(suite: Path, ending: str, told: str) -> None:
    """What its files do when they are imported is a fault of the suite, and nobody else's."""
    (suite / "test_wrong.py").write_text(f"import pytest\n{ending}\n")
    with pytest.raises(AssignmentError, match=f"cannot be used: .*{told}"):
        runner.prepare(suite, "digest")


def test_modules_of_a_suite_are_not_left_behind(suite: Path) -> None:
    """Between two judgements none of them can be imported."""
    runner.prepare(suite, "digest")
    _judge(suite)
    assert not [name for name, module in sys.modules.items() if str(suite) in str(getattr(module, "__file__", ""))]
