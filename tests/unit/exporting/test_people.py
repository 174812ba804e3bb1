"""A file of names says who a student is on a platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.exporting.people import canvas_students, classroom_fields, moodle_students
from autograder.reports.exports.canvas import CanvasStudent
from autograder.reports.exports.moodle import MoodleStudent


def names(folder: Path, text: str) -> Path:
    """Write a file of names."""
    path = folder / "names.csv"
    path.write_text(text)
    return path


def test_columns_go_by_many_names(tmp_path: Path) -> None:
    """Case, spaces and signs do not count, the platform's own name goes first, others are passed over."""
    path = names(
        tmp_path,
        "Student-ID;ID;Canvas User ID;SIS Login ID;First name;Last name;E-mail;ID number;Points\n"
        "ada;4;17;al;Ada;Lovelace;ada@example.org;n-1;3\n",
    )
    assert canvas_students(path) == {"ada": CanvasStudent(id="17", sis_login_id="al", name="Ada Lovelace")}
    assert moodle_students(path) == {"ada": MoodleStudent(email="ada@example.org", id_number="n-1")}


def test_lines_of_one_student_complete_each_other(tmp_path: Path) -> None:
    """What one line does not say another may."""
    path = names(tmp_path, "student_id,owner,submission\nada,al,\nada,,submit/1\n")
    found = classroom_fields(path)["ada"]
    assert (found["owner"], found["submission"]) == ("al", "submit/1")


@pytest.mark.parametrize("rows", ["ada,1\nada,2", "ada,1\nbob,1"])
def test_nobody_gets_the_grade_of_somebody_else(tmp_path: Path, rows: str) -> None:
    """One student with two addresses, or one address for two, cannot be right."""
    with pytest.raises(UsageError, match=r"names\.csv gives"):
        moodle_students(names(tmp_path, f"student_id,username\n{rows}\n"))


def test_a_shared_name_is_no_mistake(tmp_path: Path) -> None:
    """Two students may be called alike, and sit in one section."""
    path = names(tmp_path, "student_id,id,name,section\nj1,1,Jane Doe,A\nj2,2,Jane Doe,A\n")
    assert {each.id for each in canvas_students(path).values()} == {"1", "2"}
