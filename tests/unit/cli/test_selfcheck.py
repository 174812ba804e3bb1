"""What `autograder check` prints: harmless, plain where it is piped, and without noise where all is well."""

from __future__ import annotations

import pytest

from autograder.checking.findings import CheckedQuestion, Remark, RemarkKind, SelfCheck
from autograder.cli.selfcheck import LAST_WORDS, print_self_check
from autograder.records import (
    AssignmentId,
    CellRun,
    CellStatus,
    CheckId,
    CheckResult,
    GradeId,
    Outcome,
    QuestionKind,
    Repair,
    RepairKind,
)


def question(name: str, points: float, public: float = 0.0, **facts: object) -> CheckedQuestion:
    given = {"kind": QuestionKind.AUTOMATIC, "is_answered": True, **facts}
    return CheckedQuestion(grade_id=GradeId(name), points=points, public_points=public, **given)


def result(question: str, outcome: Outcome, message: str = "", **facts: object) -> CheckResult:
    return CheckResult(
        check_id=CheckId(f"{question}.form"),
        question=GradeId(question),
        title="It has the right form.",
        outcome=outcome,
        max_points=1.0,
        message=message,
        **facts,
    )


def printed(capsys: pytest.CaptureFixture[str], **facts: object) -> list[str]:
    """Return the lines that are printed of a self-check."""
    found = SelfCheck(assignment=AssignmentId("a"), title="A practical", release_id="0123456789abcdef", **facts)
    print_self_check(found, "mine.ipynb")
    return capsys.readouterr().out.splitlines()


def test_points_that_others_decide_are_told_in_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    """One point is singular, a person is named, and what is not answered is said."""
    lines = printed(
        capsys,
        questions=(
            question("area", 4.0, 1.0),
            question("one", 1.0),
            question("why", 2.0, kind=QuestionKind.MANUAL, is_answered=False),
            question("all_public", 1.0, 1.0),
        ),
        checks=(result("area", Outcome.PASSED), result("all_public", Outcome.PASSED)),
    )
    assert "  3 more points for `area` are decided by checks that you do not see" in lines
    assert "  – 1 point for `one` is decided by checks that you do not see" in lines
    assert "  – 2 points for `why` are given by a person; you have not answered it yet" in lines
    assert not [line for line in lines if "for `all_public`" in line]
    assert "2 of 2 public checks passed" in lines
    assert lines[-1] == LAST_WORDS


def test_a_check_that_failed_says_what_grading_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Sentence and hint stand below the title; each in one line, however long, where nobody watches."""
    long = "the output has " + "very " * 60 + "many axes"
    lines = printed(
        capsys,
        questions=(question("area", 1.0, 1.0),),
        checks=(result("area", Outcome.FAILED, long, hint="Look at the shape."),),
    )
    assert lines[2:6] == ["area", "  ✗ It has the right form.", f"    {long}", "    Hint: Look at the shape."]
    assert "0 of 1 public check passed" in lines


def test_what_waits_names_what_it_waits_for(capsys: pytest.CaptureFixture[str]) -> None:
    """A check that was not asked says before which one."""
    lines = printed(
        capsys,
        questions=(question("area", 1.0, 1.0),),
        checks=(result("area", Outcome.NOT_RUN, waits_for=(CheckId("area.of_a_square"),)),),
    )
    assert "    Not asked before of_a_square passes." in lines


def test_remarks_cells_notes_and_repairs_have_their_places(capsys: pytest.CaptureFixture[str]) -> None:
    """What may fail, what raised, what is done otherwise, once, and what was put right; a stub is no error."""
    runs = [
        CellRun(index=0, grade_id=None, status=CellStatus.RAISED, message="The cell raised X", notes=("skipped",)),
        CellRun(index=1, grade_id=GradeId("area"), status=CellStatus.RAISED, message="E: this is the stub, your code"),
        CellRun(index=2, grade_id=None, status=CellStatus.OK, notes=("skipped",)),
    ]
    lines = printed(
        capsys,
        cells=tuple(runs),
        remarks=(Remark(kind=RemarkKind.STATE, message="Run it from top to bottom."),),
        repairs=(Repair(kind=RepairKind.CHANGED, message="It was changed."),),
    )
    told = [line.removeprefix("  – ") for line in lines if line.startswith("  – ")]
    assert told == ["Run it from top to bottom.", "The cell raised X", "skipped", "It was changed."]


def test_a_file_that_could_not_be_read_says_only_that(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was checked, so nothing is listed."""
    assert printed(capsys, problem="the file is empty") == ["A practical: mine.ipynb", "the file is empty"]


def test_a_notebook_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters are shown, and neither a runner nor rich's markup obeys what student code says."""
    lines = printed(
        capsys,
        questions=(question("area", 1.0, 1.0),),
        checks=(result("area", Outcome.FAILED, "\x1b[2J [red]x[/red]\n::error::stop"),),
    )
    assert r"    \u001b[2J [red]x[/red]" in lines
    assert not [line for line in lines if line.strip().startswith("::error")]


def test_a_terminal_gets_colours_unless_it_asks_for_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`NO_COLOR` is respected; the sentences are the same."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    facts = {"questions": (question("area", 1.0, 1.0),), "checks": (result("area", Outcome.PASSED),)}
    assert any("\x1b[32m" in line for line in printed(capsys, **facts))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not any("\x1b[32m" in line for line in printed(capsys, **facts))
