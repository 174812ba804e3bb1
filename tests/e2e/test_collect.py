"""`autograder collect` as it is typed: what it says, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from archives import notebook, zipped
from courses import make_course

CLASS = {
    "Ada Lovelace_1_assignsubmission_file/practical.ipynb": notebook("ada"),
    "Ada Lovelace_1_assignsubmission_file/data.csv": b"1,2",
    "Ada Lovelace_1_assignsubmission_file/conftest.py": b"import os",
    "Alan Turing_2_assignsubmission_file/practical.ipynb": notebook("alan"),
}
COMMAND = [sys.executable, "-m", "autograder", "collect", "practical"]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with the assignment `practical`, and a class's archive in it."""
    make_course(tmp_path)
    (tmp_path / "class.zip").write_bytes(zipped(CLASS))
    return tmp_path


def _run(course: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run([*COMMAND, *arguments], cwd=course, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_class_is_collected(course):
    """A table says who handed in what, and a line each what is left out and why."""
    said = _run(course, "class.zip")
    assert [line.split("  ")[0] for line in said.splitlines()[2:4]] == ["Ada Lovelace", "Alan Turing"]
    assert "2 submissions taken" in said
    assert "not taken (class.zip): it would steer the programs" in said
    assert "  Ada Lovelace_1_assignsubmission_file/conftest.py" in said
    ada = course / "submitted" / "Ada Lovelace" / "practical"
    assert (ada / "practical.ipynb").read_bytes() == notebook("ada")
    assert sorted(path.name for path in ada.iterdir()) == ["data.csv", "practical.ipynb"]


def test_a_dry_run_says_the_same_and_writes_nothing(course):
    """Who looks first sees what would come."""
    said = _run(course, "class.zip", "--dry-run")
    assert "would be new" in said
    assert "2 submissions would be taken" in said
    assert not (course / "submitted").exists()


def test_everything_as_json(course):
    """A program reads what a person does, and more."""
    (course / "names.csv").write_text("student_id,name\nada,Ada Lovelace\n")
    found = json.loads(_run(course, "class.zip", "--json", "--map", "names.csv", "--lms", "moodle", code=1))
    assert [(taken["student"], taken["files"], taken["state"]) for taken in found["taken"]] == [
        ("ada", ["data.csv"], "new")
    ]
    assert {each["entry"].rpartition("/")[2]: each["needs_person"] for each in found["left_out"]} == {
        "conftest.py": False,
        "practical.ipynb": True,
    }


def test_what_lies_there_stays_unless_it_is_to_be_replaced(course):
    """The exit code asks for a person, and the reason names the option."""
    _run(course, "class.zip")
    (course / "class.zip").write_bytes(zipped({**CLASS, next(iter(CLASS)): notebook("ada again")}))
    said = _run(course, "class.zip", code=1)
    assert "--replace" in said
    assert "unchanged" in said
    assert "replaced" in _run(course, "class.zip", "--replace")
    written = course / "submitted" / "Ada Lovelace" / "practical" / "practical.ipynb"
    assert written.read_bytes() == notebook("ada again")


def test_names_command_neither_terminal_nor_runner(course):
    """Escapes, line ends and a runner's commands in names are shown, and do nothing."""
    names = [
        "\x1b]52;c;AAAA\x07/practical.ipynb",
        "a\n::set-output name=x::y/practical.ipynb",
        "[bold]ada/practical.ipynb",
    ]
    (course / "odd.zip").write_bytes(zipped(dict.fromkeys(names, notebook())))
    for said in (_run(course, "odd.zip", code=1), _run(course, "odd.zip", "--replace", "--json", code=1)):
        assert "\x1b" not in said
        assert "\n::" not in said
        assert "[bold]ada" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.zip"], "missing.zip cannot be read"),
        (["practical.toml"], "practical.toml: it is no zip archive"),
        (["class.zip", "--map", "missing.csv"], "missing.csv cannot be read"),
        (["class.zip", "--lms", "gradescope"], "no export of Gradescope"),
        (["class.zip", "--lms", "sakai"], "Invalid value for '--lms'"),
        ([], "Missing argument"),
    ],
)
def test_a_wrong_command_is_told_in_a_line(course, arguments, said):
    """The operator's mistakes end with 2."""
    (course / "practical.toml").write_text("title = 'x'")
    assert said in _run(course, *arguments, code=2)
    assert not (course / "submitted").exists()


def test_a_killed_run_leaves_whole_submissions(course):
    """Whenever it is killed, each submission is there as a whole or not at all, and the next run goes on."""
    students = {f"student{number:03}": notebook(os.urandom(200_000).hex()) for number in range(100)}
    (course / "large.zip").write_bytes(zipped({f"{name}/practical.ipynb": data for name, data in students.items()}))
    submitted = course / "submitted"
    with subprocess.Popen([*COMMAND, "large.zip"], cwd=course, stdout=subprocess.DEVNULL) as running:
        until = time.monotonic() + 60
        while not list(submitted.glob("*/practical")) and running.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        running.kill()
    found = list(submitted.glob("student*/practical"))
    assert 0 < len(found) < len(students), "it was killed in the middle"
    for folder in found:
        assert (folder / "practical.ipynb").read_bytes() == students[folder.parent.name]
    assert "100 submissions taken" in _run(course, "large.zip")
