"""Names of learning platforms, as they write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest

from autograder.collecting.gradescope import gradescope, read_metadata
from autograder.collecting.names import HandedIn, canvas, moodle, nbgrader, plain, utc


def read(reader, name: str) -> tuple[str, str, str]:
    """Return id and words of the student, and the file."""
    found = reader(PurePosixPath(name), "lab")
    assert isinstance(found, HandedIn), found
    (who,) = found.who
    return who.id, who.words, str(found.path)


@pytest.mark.parametrize(
    "name",
    [
        "Jane Doe_657737_assignsubmission_file/lab.ipynb",
        "Jane Doe_657737_assignsubmission_file_/lab.ipynb",
        "Jane Doe_657737_assignsubmission_file_lab.ipynb",
    ],
)
def test_moodle(name):
    """In folders, in those of older versions, and flat."""
    assert read(moodle, name) == ("Jane Doe", "Jane Doe (657737)", "lab.ipynb")


def test_moodle_keeps_folders_and_what_the_student_wrote():
    """What follows Moodle's part is the student's, whatever it looks like."""
    name = "J. D_1_assignsubmission_file/data/Bob_2_assignsubmission_file_x.csv"
    assert read(moodle, name)[2] == "data/Bob_2_assignsubmission_file_x.csv"
    name = "J. D_1_assignsubmission_file_Bob_2_assignsubmission_file_x.csv"
    assert read(moodle, name) == ("J. D", "J. D (1)", "Bob_2_assignsubmission_file_x.csv")


def test_moodle_marked_blind_and_in_groups():
    """A participant is known by number; a group without a number by its name."""
    assert read(moodle, "Participant_657737_assignsubmission_file/lab.ipynb")[0] == "Participant 657737"
    assert read(moodle, "Default group_assignsubmission_file/lab.ipynb")[0] == "Default group"
    assert read(moodle, "Group A_12_assignsubmission_file/lab.ipynb")[0] == "Group A"


def test_moodle_texts_are_no_files():
    """A text typed into Moodle is left out, and said to be one."""
    assert "onlinetext" in moodle(PurePosixPath("Jane Doe_1_assignsubmission_onlinetext/onlinetext.html"), "lab")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("doejane_123_456_lab.ipynb", ("123", "doejane (123)", "lab.ipynb")),
        ("doejane_LATE_123_456_lab-1.ipynb", ("123", "doejane (123)", "lab-1.ipynb")),
        ("doejane_123_456_1_2_other.ipynb", ("123", "doejane (123)", "1_2_other.ipynb")),
        ("m\u00fcllerj\u00f6rg_1_2_my lab.ipynb", ("1", "m\u00fcllerj\u00f6rg (1)", "my lab.ipynb")),
        ("anon_Ab3dE_456_lab.ipynb", ("anon_Ab3dE", "anonymous (Ab3dE)", "lab.ipynb")),
        ("LATE_anon_Ab3dE_456_lab.ipynb", ("anon_Ab3dE", "anonymous (Ab3dE)", "lab.ipynb")),
    ],
)
def test_canvas(name, expected):
    """On time, late, with digits in the student's own name for the file, and anonymous."""
    assert read(canvas, name) == expected


def test_canvas_numbers_files():
    """What is handed in later has a higher number."""
    assert canvas(PurePosixPath("doejane_123_456_lab.ipynb"), "lab").number == 456


@pytest.mark.parametrize("name", ["doejane_123_text.html", "doejane_LATE_123_link.html", "anon_Ab3dE_text.html"])
def test_canvas_texts_are_no_files(name):
    """A text or a link that was handed in is left out, and said to be one."""
    assert "text or a link" in canvas(PurePosixPath(name), "lab")


def test_zip_collect():
    """The names that nbgrader's manual shows, which are Blackboard's."""
    name = "ps1_hacker_attempt_2016-01-30-20-30-10_problem1.ipynb"
    assert read(nbgrader, name) == ("hacker", "hacker", "problem1.ipynb")
    found = nbgrader(PurePosixPath(name), "ps1")
    assert found.submitted_at == datetime(2016, 1, 30, 20, 30, 10, tzinfo=UTC)
    assert read(nbgrader, "lab_jane_doe_attempt_2016-01-30-20-30-10_x.ipynb")[0] == "jane_doe"
    assert "note" in nbgrader(PurePosixPath("lab_jdoe_attempt_2016-01-30-20-30-10.txt"), "lab")


def test_nbgrader_exchange():
    """The folders of the exchange; those of other assignments are left out."""
    assert read(nbgrader, "jdoe+lab+2016-01-30 20:30:10.123456 UTC/lab.ipynb") == ("jdoe", "jdoe", "lab.ipynb")
    assert read(nbgrader, "jdoe+lab+2016-01-30 20:30:10.123456 UTC+xYz=/lab.ipynb")[0] == "jdoe"
    assert nbgrader(PurePosixPath("jdoe+ps2+2016-01-30 20:30:10.1 UTC/ps2.ipynb"), "lab") == "it belongs to ps2"


def test_plain():
    """A folder, one with the assignment in it, or an archive for each student."""
    assert read(plain, "jdoe/lab.ipynb") == ("jdoe", "jdoe", "lab.ipynb")
    assert read(plain, "jdoe/lab/lab.ipynb") == ("jdoe", "jdoe", "lab.ipynb")
    assert read(plain, "jdoe/week1/lab.ipynb")[2] == "week1/lab.ipynb"
    assert read(plain, "jdoe.zip") == ("jdoe", "jdoe", "jdoe.zip")
    assert "no student's folder" in plain(PurePosixPath("lab.ipynb"), "lab")


@pytest.mark.parametrize("reader", [moodle, canvas, nbgrader])
@pytest.mark.parametrize("name", ["jdoe/lab.ipynb", "lab.ipynb", "a_1_b.ipynb", "x+y.ipynb", "_assignsubmission_file"])
def test_other_names_are_not_a_platforms(reader, name):
    """What does not fit is nobody's."""
    assert reader(PurePosixPath(name), "lab") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-01 10:20:30.123456789 Z", "2026-02-01T10:20:30+00:00"),
        ("2026-02-01 10:20:30.5 -07:00", "2026-02-01T17:20:30+00:00"),
        ("2026-02-01T10:20:30+0100", "2026-02-01T09:20:30+00:00"),
        ("2026-02-01-10-20-30", "2026-02-01T10:20:30+00:00"),
        ("2026-13-01 10:20:30", None),
        ("0001-01-01 00:00:00 +12:00", None),
        ("2026-02-01 10:20:30 +99:00", None),
        ("yesterday", None),
    ],
)
def test_times(text, expected):
    """Times are in UTC; what is none is not guessed."""
    found = utc(text)
    assert (found.isoformat() if found else None) == expected


METADATA = """\
submission_34:
  :submitters:
  - :name: "J\\u00f6rg \\"JD\\" Doe"
    :sid: '00555'
    :email: jd@example.org
  :created_at: 2026-02-01 10:20:30.000000000 Z
  :score: 3
  :results:
    tests:
    - output: |-
        submission_99:
          :submitters:
          - :name: Mallory
        not this:
    :sid: '666'
submission_35:
  :created_at: '2026-02-01 11:20:30 Z'
  :submitters:
  - :name: Ada O'Neill
    :sid: ''
    :email: ada@example.org
  - :name: 'It''s Bob'
    :sid:
    :email: null
  - :sid: '7'
    :email: bob@example.org
"not one":
  :submitters:
"""


def test_gradescope():
    """The metadata says whose a folder is; a student is known by id, else by the e-mail's first part."""
    metadata = read_metadata(METADATA.encode().splitlines(keepends=True))
    found = gradescope(PurePosixPath("submission_34/src/lab.ipynb"), metadata)
    assert [(who.id, who.words, who.keys) for who in found.who] == [
        ("00555", 'J\u00f6rg "JD" Doe', ("00555", "jd@example.org", 'J\u00f6rg "JD" Doe'))
    ]
    assert str(found.path) == "src/lab.ipynb"
    assert found.submitted_at == datetime(2026, 2, 1, 10, 20, 30, tzinfo=UTC)


def test_gradescope_groups():
    """All of a group have handed in what one of them did; who has neither id nor e-mail is nobody."""
    metadata = read_metadata(METADATA.encode().splitlines(keepends=True))
    found = gradescope(PurePosixPath("submission_35/lab.ipynb"), metadata)
    assert [(who.id, who.words) for who in found.who] == [("ada", "Ada O'Neill"), ("7", "7")]
    assert found.submitted_at == datetime(2026, 2, 1, 11, 20, 30, tzinfo=UTC)


def test_what_students_wrote_is_no_metadata():
    """Outputs and names cannot make up a folder or a submitter."""
    assert set(read_metadata(METADATA.encode().splitlines(keepends=True))) == {
        "submission_34",
        "submission_35",
        "not one",
    }
    name = "x\u2028submission_1:\u2028  :submitters:\u2028  - :sid: 1\r"
    odd = f"submission_1:\n  :submitters:\n  - :name: {name}\n      :sid: 9\n    :sid: '2'\n"
    metadata = read_metadata([line + b"\n" for line in odd.encode().split(b"\n")])
    assert [submitter["sid"] for submitter in metadata["submission_1"].submitters] == ["2"]


@pytest.mark.parametrize("path", ["submission_99/lab.ipynb", "not one/lab.ipynb", "submission_34", "lab.ipynb"])
def test_a_folder_that_gradescope_does_not_name_is_nobodys(path):
    """Without a submitter nothing is taken."""
    metadata = read_metadata(METADATA.encode().splitlines(keepends=True))
    assert "does not say" in gradescope(PurePosixPath(path), metadata)
