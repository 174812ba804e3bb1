"""`autograder export` writes what was graded, and says who is not in it."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import shutil
import stat
from pathlib import Path

import msgspec
import pytest
import sample_reports as sample
from courses import make_course
from hostile_reports import all_passed
from hostile_reports import report as hostile

from autograder.cli.formats import Format
from autograder.cli.main import main
from autograder.course import Course
from autograder.records import AssignmentId, GradeReport, StudentId, to_json

ROOT = Path(__file__).parents[3]
NAMES = """Student_ID,Canvas ID,E-Mail,Name,GitHub login,Submission,Commit,Release,Datetime
ada,17,ada@example.org,"Lovelace, Ada",ada-l,submit/1-a,https://x.example/1,https://x.example/2,2026-02-01T10:20:30Z
bob,18,bob@example.org,Bob,bob,submit/2-b,https://x.example/3,https://x.example/4,2026-02-01T10:20:31Z
"""


COMMANDS = re.findall(r"^\$ autograder (.*)$", (ROOT / "docs" / "exports.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_about_exports_shows_options_that_there_are(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of its commands can be parsed."""
    assert main([*shlex.split(command), "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: autograder ")


def test_the_page_about_exports_names_every_format() -> None:
    """What can be asked for is described."""
    text = (ROOT / "docs" / "exports.md").read_text()
    assert len(COMMANDS) > 3
    assert all(f"`{kind}`" in text or f"`--to {kind}`" in text for kind in Format)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course in which bob is graded, and ada too, with something for a person to do."""
    course, _ = make_course(tmp_path / "course")
    put(course, sample.report("ada"))
    put(course, all_passed("bob"))
    (tmp_path / "names.csv").write_text(NAMES)
    return course


def put(course: Course, report: GradeReport) -> None:
    """Write a report where `autograder grade` writes it."""
    report = msgspec.structs.replace(report, assignment=AssignmentId("practical"))
    path = course.report_path(report.student, report.assignment)
    path.parent.mkdir(parents=True)
    path.write_bytes(to_json(report))


def export(course: Course, kind: str, *arguments: str | Path) -> int:
    """Export to a format."""
    command = ["--course", course.root, "export", "practical", "--to", kind, *arguments]
    return main([str(argument) for argument in command])


def test_a_table_is_printed(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --out it is on the terminal, and nothing in the course is changed."""
    before = sorted(course.root.rglob("*"))
    assert export(course, "csv") == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["student"], row["score"]) for row in found] == [("ada", ""), ("bob", "20.5")]
    assert sorted(course.root.rglob("*")) == before


def test_one_student_alone(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """--student chooses."""
    assert export(course, "json", "--student", "bob") == 0
    assert [each["student"] for each in json.loads(capsys.readouterr().out)["reports"]] == ["bob"]


def test_a_file_for_each_student(course: Course, tmp_path: Path) -> None:
    """Gradescope's and Classroom 50's files lie in a folder for each student."""
    assert export(course, "gradescope", "--out", tmp_path / "gs", "--visibility", "hidden") == 0
    result = json.loads((tmp_path / "gs" / "bob" / "results.json").read_text())
    assert (result["score"], result["visibility"]) == (20.5, "hidden")
    assert export(course, "classroom50", "--out", tmp_path / "c50", "--map", tmp_path / "names.csv") == 1


def test_classroom50_takes_what_the_file_of_names_and_its_runner_know(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who misses something gets no file, and a line that says what."""
    arguments = ("classroom50", "--out", tmp_path / "c50", "--map", tmp_path / "names.csv")
    assert export(course, *arguments) == 1
    assert "left out: ada: Classroom 50 also wants classroom (CLASSROOM), assignment" in capsys.readouterr().err
    monkeypatch.setenv("CLASSROOM", "dl")
    monkeypatch.setenv("ASSIGNMENT", "lab-3")
    assert export(course, *arguments) == 0
    found = json.loads((tmp_path / "c50" / "ada" / "result.json").read_text())
    assert (found["classroom"], found["owner"], found["submission"]) == ("dl", "ada-l", "submit/1-a")


def test_canvas_and_moodle_get_the_names_of_the_map(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has a grade has a row with the platform's own number; who waits is named, and the exit code is 1."""
    assert export(course, "canvas", "--map", tmp_path / "names.csv", "--column", "Lab (5)") == 1
    out, err = capsys.readouterr()
    assert [row[:2] + row[-1:] for row in csv.reader(io.StringIO(out))][::2] == [
        ["Student", "ID", "Lab (5)"],
        ["Bob", "18", "20.5"],
    ]
    assert "left out: ada: a person has to look first: tradeoff, residual_block" in err
    assert export(course, "moodle", "--map", tmp_path / "names.csv", "--student", "bob") == 0
    found = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert found == [["Email address", "A practical"], ["bob@example.org", "20.5"]]


def test_a_map_that_would_swap_grades_is_refused(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two students with one number, or one with two, are a mistake in the file."""
    for line, words in (
        ("bob,17", "gives '17' to ada and bob"),
        ("ada,19", "gives ada two values of id: '17' and '19'"),
    ):
        (tmp_path / "wrong.csv").write_text(f"student_id,id\nada,17\n{line}\n")
        assert export(course, "canvas", "--map", tmp_path / "wrong.csv") == 2
        assert words in capsys.readouterr().err


def test_who_is_not_graded_is_named(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """What was handed in after grading is in no export, and nobody has to find that out."""
    for student in ("bob", "eve"):
        folder = course.root / "submitted" / student / "practical"
        folder.mkdir(parents=True)
        shutil.copy(course.assignment("practical").source, folder)
    assert export(course, "csv") == 1
    err = capsys.readouterr().err
    assert "left out: eve: handed in, and not graded yet" in err
    assert "out of date: bob: handed in again since it was graded" in err


def test_nothing_graded_is_said(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no report, the message names the command that makes one."""
    assert export(course, "csv", "--student", "zoe") == 2
    shutil.rmtree(course.root / "reports")
    assert export(course, "csv") == 2
    assert "run `autograder grade practical` first" in capsys.readouterr().err


def test_a_report_of_another_version_is_named(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """It has to be made again, and the message says how."""
    course.report_path(StudentId("bob"), AssignmentId("practical")).write_text('{"format": "autograder/report/v0"}')
    assert export(course, "csv") == 2
    assert "autograder grade practical --student bob --force" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gradescope",), "a file for each student: say with --out where"),
        (("gradescope-zip",), "an archive: say with --out where"),
        (("gradescope-zip", "--out", "x.zip", "--student", "ada"), "leave --student out"),
        (("csv", "--map", "names.csv"), "--map is for canvas, moodle, classroom50"),
        (("junit", "--column", "Lab"), "--column is for canvas and moodle"),
        (("canvas", "--map", "nowhere.csv"), "cannot be read"),
        (("excel",), "'excel' is not one of"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    course: Course, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 2, and the message says what to do."""
    assert export(course, *arguments) == 2
    assert words in capsys.readouterr().err


def test_nothing_that_is_printed_is_a_command(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Text of a student that would steer a runner or a terminal does not, in any format."""
    put(course, hostile("mallory"))
    for kind in ("json", "csv", "junit", "github"):
        export(course, kind)
        out = capsys.readouterr().out
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())
        assert "##[" not in out
        assert not {"\x00", "\x1b", "\u202e"} & set(out)


def test_in_a_step_of_github_the_summary_goes_to_its_file(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What other commands wrote there stays, annotations are printed, and both together keep to the limit."""
    step = tmp_path / "summary.md"
    step.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    assert export(course, "github") == 0
    assert step.read_text().startswith("before\n## A practical\n")
    assert capsys.readouterr().out.startswith("::error title=ada%3A not decided::")
    step.write_text("x" * (1024 * 1024 - 400))
    assert export(course, "github") == 0
    assert step.stat().st_size <= 1024 * 1024


def test_an_archive_for_gradescope_is_for_the_operator_alone(course: Course, tmp_path: Path) -> None:
    """It holds the hidden suite, so only its owner reads it; what is missing in the course is said."""
    assert export(course, "gradescope-zip", "--out", tmp_path / "a.zip") == 3
    assignment = course.assignment("practical")
    assignment.release.mkdir(parents=True)
    shutil.copy(assignment.source, assignment.release)
    assert export(course, "gradescope-zip", "--out", tmp_path / "a.zip") == 0
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--json", "--format", "junit"), "contradict each other"),
        (("--out", "x.json"), "say with --format what"),
        (("--format", "gradescope"), "autograder export --to gradescope"),
    ],
)
def test_grading_refuses_formats_that_it_cannot_print(
    course: Course, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so before anything is graded."""
    assert main(["--course", str(course.root), "grade", "practical", *arguments]) == 2
    assert words in capsys.readouterr().err
