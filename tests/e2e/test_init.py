"""`autograder init` makes a course that works at once, and never touches what is there."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from pathlib import Path

import pytest

from autograder.cli.main import main
from autograder.course import Course
from autograder.demo import STUDENTS, make_class
from autograder.notebooks.leaks import leaks
from autograder.secret import SECRET_VARIABLE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, str]:
    """A course in a folder that there was not, to which an assignment was added from below; and what was said first."""
    folder = tmp_path_factory.mktemp("init") / "my course"
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(SECRET_VARIABLE, raising=False)
        with contextlib.redirect_stdout(said):
            assert main(["init", str(folder)]) == 0
        with contextlib.chdir(folder / "assignments"):
            assert main(["init", "--assignment", "tiny-nets"]) == 0
    return Course(folder), said.getvalue()


@pytest.fixture
def course(made: tuple[Course, str]) -> Course:
    """The course that was made."""
    return made[0]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder; those of Python's cache aside."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def refused(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    """Return the sentence with which `init` refuses: it exits with 2, and leaves everything as it was."""
    before = contents(folder)
    capsys.readouterr()
    assert main(["init", str(folder), *arguments]) == 2
    assert contents(folder) == before
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def test_everything_that_a_course_has_is_made(course: Course) -> None:
    """The course is named after its folder, assignments after what was asked for; it has a secret of its own."""
    assert course.assignments == ("first_steps", "tiny-nets")
    assert course.settings.course_id == "my_course"
    assert course.assignment("tiny-nets").settings.title == "Tiny nets"
    assert (course.root / ".autograder" / "secret").stat().st_mode & 0o777 == 0o600
    assert "/.autograder/\n" in (course.root / ".gitignore").read_text()
    assert course.gradebook.is_file()
    assert "@" not in course.assignment("tiny-nets").released_notebook.read_text()


def test_no_template_is_left_as_one(course: Course) -> None:
    """No path and no text says what stands for a name."""
    for path, data in contents(course.root).items():
        assert not path.endswith(".tpl"), path
        assert "NAME" not in path, path
        assert b"@title@" not in data, path
        assert b"@course_id@" not in data, path


def test_what_grading_writes_is_ignored(course: Course) -> None:
    """Whatever this repository keeps out of git because grading writes it, a new course keeps out, too."""
    own = (ROOT / ".gitignore").read_text().partition("# What grading writes")[2].partition("\n\n")[0]
    ignored = own.splitlines()[1:]
    assert "/submitted/" in ignored
    assert set(ignored) <= set((course.root / ".gitignore").read_text().splitlines())


def test_nbgrader_is_set_up_as_in_this_course(course: Course) -> None:
    """The template is this repository's own file."""
    assert (course.root / "nbgrader_config.py").read_bytes() == (ROOT / "nbgrader_config.py").read_bytes()


def test_the_release_is_up_to_date_and_hides_what_is_hidden(course: Course) -> None:
    """What students get holds no answer and no hidden check."""
    assert main(["release", "--check", "--course", str(course.root)]) == 0
    for name in course.assignments:
        assignment = course.assignment(name)
        assert leaks(contents(assignment.release), assignment) == ()


def test_it_says_what_was_made_and_what_to_type(made: tuple[Course, str]) -> None:
    """Every file is named, and the next commands can be typed as they stand there."""
    course, said = made
    paths = [Path(path) for path in contents(course.root) if "first_steps/" in path]
    assert len(paths) > 20
    assert all(path.name in said for path in paths)
    commands = [line.split("  ")[1] for line in said.partition("next:\n")[2].splitlines()]
    assert commands[0] == f"cd {shlex.quote(str(course.root))}"
    typed = [command.split()[1:] for command in commands if command.startswith("autograder ")]
    assert [command[0] for command in typed] == ["release", "lint", "verify", "demo"]
    assert all(main(["--course", str(course.root), *command, "--help"]) == 0 for command in typed)


def test_a_course_is_not_made_twice(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence says how to add an assignment."""
    assert "--assignment NAME adds an assignment" in refused(capsys, course.root)


@pytest.mark.parametrize("part", ["assignments", "tests/suites", "solutions", "release"])
def test_nothing_of_an_assignment_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str) -> None:
    """Whatever there is by the assignment's name, it is named, and nothing is written."""
    (tmp_path / part / "first_steps").mkdir(parents=True)
    (tmp_path / part / "first_steps" / "mine.txt").write_text("mine")
    assert f"{part}/first_steps already" in refused(capsys, tmp_path)


@pytest.mark.parametrize("name", ["nbgrader_config.py", "gradebook.db"])
def test_a_course_of_nbgrader_alone_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Its settings and its gradebook are not touched."""
    (tmp_path / name).write_text("")
    assert f"{name} already" in refused(capsys, tmp_path)


def test_a_link_that_leads_nowhere_is_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a link would be written through to is not made."""
    (tmp_path / "nbgrader_config.py").symlink_to(tmp_path / "elsewhere.py")
    assert "nbgrader_config.py already" in refused(capsys, tmp_path)


def test_files_of_other_tools_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the current folder a pyproject.toml and a .gitignore of one's own stay; what should be ignored is said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1"\n')
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert main(["init"]) == 0
    out = capsys.readouterr().out
    assert (tmp_path / ".gitignore").read_text() == "*.log\n"
    assert Course(tmp_path).settings.course_id == "course"
    assert "pyproject.toml was there, and stays as it is" in out
    assert ".autograder/" in out


@pytest.mark.slow
def test_a_program_is_told_what_was_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object: the course, the assignment, and every file."""
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert main(["init", str(tmp_path), "--assignment", "second", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["course"], told["assignment"], told["kept"]) == (str(tmp_path), "second", [".gitignore"])
    assert "assignments/second/second.ipynb" in told["made"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "-x", "ä", "a b", "a" * 65])
def test_names_that_no_assignment_can_have(course: Course, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The sentence says what can stand in one."""
    assert "letters, digits, _ and -" in refused(capsys, course.root, "--assignment", name)


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in its place is told, not met with a traceback."""
    (tmp_path / "file").touch()
    assert main(["init", str(tmp_path / "file" / "course")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_class_of_a_new_course_is_smaller(course: Course, tmp_path: Path) -> None:
    """A small corpus gives each student a story of their own, and there are as many as there are stories."""
    _, students = make_class(course, "first_steps", tmp_path / "demo")
    assert 15 <= len(students) < len(STUDENTS)
    assert len({json.dumps(dict(student.sources), sort_keys=True) for student in students}) == len(students)


@pytest.mark.slow
def test_nothing_is_found_in_a_new_course(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Its suite judges rightly, all mutants are caught, and `lint` has not even an advice."""
    assert main(["verify", "first_steps", "--course", str(course.root)]) == 0
    assert "all judged rightly" in capsys.readouterr().out
    assert main(["lint", "--json", "--course", str(course.root)]) == 0
    linted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["findings"], each.get("accepted", [])) for each in linted] == [([], [])] * 2


@pytest.mark.slow
def test_a_class_of_a_new_course_is_graded_as_expected(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """`autograder demo` knows every score before, and takes the first assignment where none is named."""
    assert main(["demo", "--course", str(course.root), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["assignment"] == "first_steps"
    assert [each["score"] for each in told["students"]] == [each["expected"] for each in told["students"]]
    assert max(each["score"] for each in told["students"]) == 9.0
    assert Course(course.root / "demo").assignments == ("first_steps",)
