"""CSV for spreadsheets, Canvas and Moodle: what a platform's importer takes, and never a 0 that nobody gave."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
import sample_reports as sample
from hostile_reports import all_errors, all_passed
from hostile_reports import report as hostile

from autograder.records import GradeReport, StudentId
from autograder.reports.exports.canvas import CanvasStudent, canvas
from autograder.reports.exports.moodle import MoodleStudent, moodle
from autograder.reports.exports.spreadsheet import spreadsheet

ADA, BOB, EVE = StudentId("ada"), StudentId("bob"), StudentId("eve")
CANVAS = {
    ADA: CanvasStudent(name="Lovelace, Ada", id="17", sis_login_id="al"),
    BOB: CanvasStudent(name="Bob", sis_user_id="s-18", section="A"),
}
MOODLE = {ADA: MoodleStudent(email="ada@example.org"), BOB: MoodleStudent(email="bob@example.org", username="bob")}


def rows(text: str) -> list[list[str]]:
    """Return the rows as Python's reader finds them; all have the same length."""
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in found}) == 1
    return found


def records(text: str) -> list[dict[str, str]]:
    """Return the rows by the names of their columns."""
    first, *others = rows(text)
    return [dict(zip(first, row, strict=True)) for row in others]


def test_a_row_for_each_student_and_a_column_for_each_question() -> None:
    """What a person has to look at is empty, and so is the sum; what is certain has a column of its own."""
    ada, bob = records(spreadsheet([sample.report(), all_passed()], {}))
    assert (ada["score"], ada["certain"], ada["max_score"], ada["waiting"], ada["errors"]) == (
        "",
        "8",
        "20.5",
        "2",
        "1",
    )
    assert (ada["tradeoff"], ada["residual_block"], ada["residual_model"]) == ("", "", "0")
    assert (bob["score"], bob["waiting"], bob["tradeoff"]) == ("20.5", "0", "3")


def test_the_gradebook_has_the_last_word() -> None:
    """A total that a person completed is taken; one that a person has to look at again is not."""
    ada, bob = records(spreadsheet([sample.report(), all_passed()], {ADA: 13.25, BOB: None}))
    assert ada["score"] == "13.25"
    assert bob["score"] == ""


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_no_cell_is_a_formula_or_has_a_line_end(end: str) -> None:
    """A spreadsheet computes nothing of what students wrote, and a log holds one line for each of them."""
    report = msgspec.structs.replace(hostile(), problem=f"{end}=1+1{end}next")
    for row in rows(spreadsheet([report], {})):
        assert all(cell.isprintable() and not cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_canvas_reads_it() -> None:
    """The head is what Canvas's importer asks for, then come the points, and each row has a number or an SIS id."""
    made = canvas([sample.report(), all_passed()], {ADA: 13.5, BOB: 20.5}, CANVAS, "Lab 3 (4711)")
    first, points, *students = rows(made.text)
    assert first == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 3 (4711)"]
    assert points == ["Points Possible", "", "", "", "", "20.5"]
    assert students == [["Lovelace, Ada", "17", "", "al", "", "13.5"], ["Bob", "", "s-18", "", "A", "20.5"]]
    assert made.left_out == ()


def test_canvas_takes_a_number_as_an_id_where_no_file_names_it() -> None:
    """`autograder collect` names students by Canvas's numbers."""
    made = canvas([all_passed("4711"), all_passed("bob")], {}, {}, "Lab")
    assert [row[:2] for row in rows(made.text)[2:]] == [["4711", "4711"]]
    assert [each.student for each in made.left_out] == ["bob"]


@pytest.mark.parametrize("student", [CanvasStudent(id="x17"), CanvasStudent(id="0"), CanvasStudent(sis_user_id="=1")])
def test_canvas_gets_nobody_whom_it_would_take_for_another(student: CanvasStudent) -> None:
    """A number that is none would make Canvas guess by name."""
    made = canvas([all_passed()], {}, {BOB: student}, "Lab")
    assert [each.student for each in made.left_out] == [BOB]
    assert len(rows(made.text)) == 2


def test_moodle_reads_it() -> None:
    """One column tells students apart, the one that most have; the other holds grades."""
    made = moodle([sample.report(), all_passed()], {ADA: 13.5, BOB: 20.5}, MOODLE, "Lab 3")
    assert rows(made.text) == [["Email address", "Lab 3"], ["ada@example.org", "13.5"], ["bob@example.org", "20.5"]]


def test_moodle_gets_nobody_without_an_identity() -> None:
    """A value that Moodle does not know would stop its whole import; one like a formula would be changed."""
    students = {ADA: MoodleStudent(email="ada@example.org"), BOB: MoodleStudent(email="+bob@example.org")}
    made = moodle([all_passed("ada"), all_passed("bob"), all_passed("eve")], {}, students, "Lab")
    assert [row[0] for row in rows(made.text)[1:]] == ["ada@example.org"]
    assert [each.student for each in made.left_out] == [BOB, EVE]


@pytest.mark.parametrize("report", [sample.report(), all_errors("ada")])
def test_whoever_waits_for_a_person_gets_no_row(report: GradeReport) -> None:
    """Neither a 0 nor an empty grade, which both platforms take for one to be removed; they are named instead."""
    for made, head in ((canvas([report], {}, CANVAS, "Lab"), 2), (moodle([report], {}, MOODLE, "Lab"), 1)):
        assert len(rows(made.text)) == head
        (left_out,) = made.left_out
        assert left_out.student == ADA
        assert "a person has to look first" in left_out.reason
