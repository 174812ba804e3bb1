"""A file of names says which student a platform means, or says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.collecting.names import Who
from autograder.collecting.roster import Roster
from autograder.errors import UsageError

NAMES = """student_id,Name,ID,E-mail,Points
ada,"Lovelace, Ada",17,Ada.L@example.org,3
alan,Alan Turing,18,alan@example.org,17
jorg,Jörg Anton Müller,19,,5
,Nobody At All,20,,
jane1,Jane Doe,,jane1@example.org,1
jane2,Jane Doe,,jane2@example.org,2
"""


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    """Read the file of names."""
    (tmp_path / "names.csv").write_text(NAMES)
    return Roster(tmp_path / "names.csv")


@pytest.mark.parametrize(
    ("key", "student"),
    [
        ("17", "ada"),
        ("ada", "ada"),
        ("Ada Lovelace", "ada"),
        ("lovelaceada", "ada"),
        ("ADA.L@EXAMPLE.ORG", "ada"),
        ("turingalan", "alan"),
        ("Alan Turing", "alan"),
        ("mu\u0308llerjo\u0308rganton", "jorg"),
        ("jane2@example.org", "jane2"),
    ],
)
def test_a_student_is_known_by_number_name_or_mail(roster, key, student):
    """In the spellings of the platforms: Canvas joins the words, last name first."""
    assert roster.student(Who(id="?", words="?", keys=("unknown", key))) == student


def test_a_name_that_two_have_is_nobodys(roster):
    """Neither is taken for the other."""
    with pytest.raises(LookupError, match=r"'Jane Doe' to jane1 and jane2"):
        roster.student(Who(id="?", words="?", keys=("Jane Doe",)))


@pytest.mark.parametrize("key", ["3", "20", "Nobody At All", "", "---"])
def test_only_columns_of_names_count(roster, key):
    """Points are nobody's number, and a row without a student is nobody's."""
    with pytest.raises(LookupError, match=r"names.csv does not name Jo \(9\)"):
        roster.student(Who(id="?", words="Jo (9)", keys=(key,)))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffStudent ID;First name;Surname\r\nada;Ada;Lovelace\r\n",
        "student\tusername\nada\tada lovelace\n",
        'Student,student_id,name\n"someone else",ada,Ada Lovelace\n',
        "name,student\n\nAda Lovelace,ada\nno more\n",
    ],
)
def test_spreadsheets_write_it_in_several_ways(tmp_path, text):
    """With a mark at its start, semicolons, tabs, first and last names apart, a Canvas gradebook's own column."""
    (tmp_path / "names.csv").write_text(text)
    assert Roster(tmp_path / "names.csv").student(Who(id="?", words="?", keys=("Ada Lovelace",))) == "ada"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no column 'student_id'"),
        (b"name,id\nAda,1\n", "no column 'student_id': its first line is 'name,id'"),
        (b"student_id,name\n../x,Ada\n", "line 2: '../x' cannot be"),
        (b"student_id,name\n=cmd,Ada\n", "line 2: '=cmd' cannot be"),
        (b"student_id,name\n\xff,Ada\n", "not UTF-8"),
        (b"student_id,name\n" + b"a" * 200_000 + b",x\n", "field larger"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_that_is_wrong_is_the_operators(tmp_path, data, message):
    """The message says what is wrong, and where."""
    (tmp_path / "names.csv").write_bytes(data)
    with pytest.raises(UsageError, match=message):
        Roster(tmp_path / "names.csv")


def test_a_file_that_is_not_there(tmp_path):
    """The missing file is named."""
    with pytest.raises(UsageError, match="names.csv cannot be read: No such file"):
        Roster(tmp_path / "names.csv")
