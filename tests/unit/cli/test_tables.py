"""Tables for the terminal."""

from __future__ import annotations

import pytest
import sample_reports as sample

from autograder.cli.tables import print_batch, print_report, print_verification
from autograder.corpus import Variant, VariantKind
from autograder.records import CheckId, GradeReport, Outcome
from autograder.verification import Verdict, Verification

HOSTILE = "[bold]x[/bold]\x1b[2J\u202e<b>"


def _class() -> list[GradeReport]:
    passed = (sample.check("q", "a", Outcome.PASSED),)
    return [
        sample.report("ada"),
        sample.report("a-student-with-a-very-long-name-indeed"),
        sample.report(HOSTILE, problem=HOSTILE * 20),
        sample.report("zoe", questions=(sample.question("q", 1.0, 1.0),), checks=passed, cells=()),
    ]


def _lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_class_has_a_row_for_each_student(capsys: pytest.CaptureFixture[str]) -> None:
    """A row tells score, questions for a person, counts of outcomes and a reason."""
    print_batch(_class())
    row = next(line for line in _lines(capsys) if line.startswith("ada"))
    assert row.split()[:8] == ["ada", "8/20.5", "2", "6", "2", "1", "1", "1"]
    assert "error in residual_block: KeyError" in row


def test_a_class_is_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    """The last line counts submissions and what waits for a person."""
    print_batch(_class())
    assert _lines(capsys)[-2:] == [
        "4 submissions, mean 6.25 of 17.5 automatic points",
        "3 submissions with questions for a person, 3 of them because checks of ours failed (!)",
    ]


def test_tables_fit_eighty_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No line of a table is wider than a small terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    print_batch(_class())
    assert max(map(len, _lines(capsys)[:-1])) <= 80
    print_verification("convnets", _verification())
    assert max(len(line) for line in _lines(capsys) if not line.startswith("mistake.twice:")) <= 80


def test_names_of_students_are_only_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the terminal nor rich's markup obeys what a name or a reason holds."""
    print_batch(_class())
    print_report(sample.report(HOSTILE, problem=HOSTILE))
    out = capsys.readouterr().out
    assert "[bold]" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_notes_stand_in_the_place_of_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    """A demo tells its stories instead."""
    print_batch(_class(), notes={"ada": "answers as the reference does"})
    assert "answers as the reference does" in next(line for line in _lines(capsys) if line.startswith("ada"))


def test_an_empty_class_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to show is said."""
    print_batch([])
    assert _lines(capsys)[-1] == "no submissions"


def test_one_report_tells_staff_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """Messages and staff notes stand under their checks."""
    print_report(sample.report())
    out = capsys.readouterr().out
    assert "A residual block  –/4" in out
    assert "! With its weights at zero, the block returns its input." in out
    assert sample.STAFF_NOTE in out
    assert "Cell 9, only for staff." in out
    assert out.endswith("8 of 20.5 points\n")


def _verification(*problems: str, unfailed: tuple[str, ...] = ()) -> Verification:
    variant = Variant("mistake.twice", VariantKind.MISTAKE, "Twice the addition of the branch, the input is lost.", {})
    verdicts = (Verdict(variant, sample.report("mistake.twice"), problems),)
    return Verification(verdicts, tuple(CheckId(name) for name in unfailed))


def test_a_right_suite_is_said_to_be_right(capsys: pytest.CaptureFixture[str]) -> None:
    """Each variant has a row, and the last line is the verdict."""
    print_verification("convnets", _verification())
    lines = _lines(capsys)
    assert any(line.split()[:3] == ["✓", "mistake.twice", "8/17.5"] for line in lines)
    assert lines[-1] == "convnets: 1 variant, all judged rightly"


def test_what_is_wrong_with_a_suite_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every problem names its variant, and a check that nothing fails is one."""
    print_verification("convnets", _verification("q.a should fail, it is passed", unfailed=("q.b",)))
    lines = _lines(capsys)
    assert "mistake.twice: q.a should fail, it is passed" in lines
    assert "q.b: no mistake fails this check" in lines
    assert lines[-1] == "convnets: 2 problems in 1 variant"
