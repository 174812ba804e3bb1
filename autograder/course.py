"""A course on disk: this module owns every path name, and turns a folder into records.

The layout is nbgrader's, with ``assignments`` as its source folder::

    <course>/
        nbgrader_config.py
        assignments/<id>/<id>.ipynb, assignment.toml
        solutions/<id>/accepted/*.py, mistakes/*.py, calibration.json, inputs.py, equivalent.toml
        release/<id>/
        tests/suites/<id>/
        submitted/<student>/<id>/<id>.ipynb
        autograded/<student>/<id>/<id>.ipynb
        feedback/<student>/<id>/<id>.html
        reports/<student>/<id>.json, <id>.run.json, <id>.gradings.jsonl
        reports/<id>.html, <id>.calibration.png, <id>.mutants.html
        gradebook.db
        .autograder/secret, cache/, calibration/<id>.jsonl
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.errors import AssignmentError, UsageError
from autograder.records import AssignmentId, Record, StudentId
from autograder.secret import CourseSecret
from autograder.settings import PositiveInt, Recipe, Settings, parse_settings

_ASSIGNMENT_ID = re.compile(r"[A-Za-z0-9_-]+")


class CourseSettings(Record, frozen=True, kw_only=True):
    """The ``[tool.autograder]`` table of a course's `pyproject.toml`."""

    course_id: str = "course"
    cache_mib: PositiveInt = 512
    """Room for finished trainings; beyond it those go that were not used longest."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One piece of work: its settings and where its parts lie."""

    id: AssignmentId
    settings: Settings
    source: Path
    suite: Path
    release: Path
    solutions: Path

    @property
    def folder(self) -> Path:
        """Where the instructor edits: source notebook, settings, declared files."""
        return self.source.parent

    @property
    def released_notebook(self) -> Path:
        """The student version of the notebook."""
        return self.release / self.source.name

    @property
    def calibration(self) -> Path:
        """The trainings that floors were chosen from."""
        return self.solutions / "calibration.json"

    def recipe(self, name: str | None = None) -> tuple[str, Recipe]:
        """Return a recipe and its name; without a name the assignment's own choice.

        Raises
        ------
        UsageError
            If the assignment has no recipe of that name.
        """
        name = name or self.settings.recipe
        if name not in self.settings.recipes:
            known = ", ".join(sorted(self.settings.recipes)) or "none"
            raise UsageError(f"{self.id} has no recipe {name!r}: assignment.toml defines {known}")
        return name, self.settings.recipes[name]


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A file that a student handed in."""

    assignment: AssignmentId
    student: StudentId
    path: Path


@dataclass(frozen=True)
class Course:
    """A course folder.

    Parameters
    ----------
    root
        An existing folder with an ``assignments`` folder in it.
    """

    root: Path

    @classmethod
    def find(cls, start: Path) -> Course:
        """Return the course that holds `start`, looking upwards.

        Raises
        ------
        UsageError
            If no folder from `start` up holds an ``assignments`` folder beside an `nbgrader_config.py`.
        """
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / "assignments").is_dir() and (folder / "nbgrader_config.py").is_file():
                return cls(folder)
        raise UsageError(
            f"{start} is in no course folder: one holds nbgrader_config.py and assignments/; "
            "go there, name it with --course, or make one with `autograder init`"
        )

    @property
    def settings(self) -> CourseSettings:
        """The course's own settings; defaults where `pyproject.toml` says nothing."""
        path = self.root / "pyproject.toml"
        if not path.is_file():
            return CourseSettings()
        try:
            table = tomllib.loads(path.read_text()).get("tool", {}).get("autograder", {})
            return msgspec.convert(table, CourseSettings)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise AssignmentError(f"{path}: [tool.autograder]: {error}") from error

    @property
    def assignments(self) -> tuple[AssignmentId, ...]:
        """The ids of all assignments, sorted."""
        found = (self.root / "assignments").glob("*/assignment.toml")
        return tuple(sorted(AssignmentId(path.parent.name) for path in found))

    def assignment(self, name: str) -> Assignment:
        """Return one assignment.

        Raises
        ------
        UsageError
            If there is none of that name.
        AssignmentError
            If its settings or its notebook are missing or wrong.
        """
        folder = self.root / "assignments" / name
        if not is_assignment_id(name) or not folder.is_dir():
            known = ", ".join(self.assignments) or "none"
            raise UsageError(f"there is no assignment {name!r} in {self.root}: it has {known}")
        path = folder / "assignment.toml"
        try:
            settings = parse_settings(path.read_text())
        except FileNotFoundError:
            raise AssignmentError(f"{path} is missing: it holds at least a title") from None
        except msgspec.DecodeError as error:
            raise AssignmentError(f"{path}: {error}") from error
        if settings.recipe and settings.recipe not in settings.recipes:
            raise AssignmentError(f"{path}: recipe = {settings.recipe!r}, but there is no [recipes.{settings.recipe}]")
        source = folder / f"{name}.ipynb"
        if not source.is_file():
            raise AssignmentError(f"{source} is missing: it is the source notebook of {name}")
        for file in settings.files:
            if not (folder / file).is_file() or not (folder / file).resolve().is_relative_to(folder.resolve()):
                raise AssignmentError(f"{path}: files = {file!r}, but there is no such file in {folder}")
        return Assignment(
            id=AssignmentId(name),
            settings=settings,
            source=source,
            suite=self.root / "tests" / "suites" / name,
            release=self.root / "release" / name,
            solutions=self.root / "solutions" / name,
        )

    def submissions(self, assignment: AssignmentId) -> tuple[Submission, ...]:
        """Return what students handed in, sorted by student.

        A student's folder without the notebook counts: its path then does not exist, and the student gets a
        row that says so. Where the folder holds one notebook of another name, that one is taken. A folder that is
        a link may lead to what somebody else handed in: then the link is the path, which no notebook can be read from.
        """
        students = (folder.parent.name for folder in self._handed_in(assignment))
        found = (self.submission(StudentId(name), assignment) for name in students)
        return tuple(each for each in found if each is not None)

    def submission(self, student: StudentId, assignment: AssignmentId) -> Submission | None:
        """Return what one student handed in, as `submissions` does; None where there is nothing."""
        folder = self.root / "submitted" / student / assignment
        if not is_student_id(student) or not os.path.lexists(folder):
            return None
        path = folder / f"{assignment}.ipynb"
        if not path.exists() and folder.is_dir():
            others = sorted(folder.glob("*.ipynb"))
            path = others[0] if len(others) == 1 else path
        path = next((each for each in (folder.parent, folder) if each.is_symlink()), path)
        return Submission(assignment=assignment, student=student, path=path)

    def misnamed(self, assignment: AssignmentId) -> tuple[str, ...]:
        """Return the names of folders in which work lies, but that cannot be students' ids: it is not graded."""
        names = (folder.parent.name for folder in self._handed_in(assignment))
        return tuple(name for name in names if not is_student_id(name))

    def _handed_in(self, assignment: AssignmentId) -> list[Path]:
        """Return ``submitted/<student>/<assignment>`` of all students; what is hidden is nobody's."""
        submitted = self.root / "submitted"
        students = sorted(submitted.iterdir()) if submitted.is_dir() else []
        folders = (student / assignment for student in students if not student.name.startswith("."))
        return [folder for folder in folders if os.path.lexists(folder)]

    def report_path(self, student: StudentId, assignment: AssignmentId) -> Path:
        """Where the `GradeReport` of a submission lies."""
        return self.root / "reports" / student / f"{assignment}.json"

    def run_path(self, student: StudentId, assignment: AssignmentId) -> Path:
        """Where the `RunFacts` of a submission lie."""
        return self.root / "reports" / student / f"{assignment}.run.json"

    def gradings_path(self, student: StudentId, assignment: AssignmentId) -> Path:
        """Where it is noted when a student's notebooks were graded."""
        return self.root / "reports" / student / f"{assignment}.gradings.jsonl"

    def autograded_path(self, student: StudentId, assignment: AssignmentId) -> Path:
        """Where the executed notebook lies; formgrader renders it."""
        return self.root / "autograded" / student / assignment / f"{assignment}.ipynb"

    def feedback_path(self, student: StudentId, assignment: AssignmentId) -> Path:
        """Where the student's page lies."""
        return self.root / "feedback" / student / assignment / f"{assignment}.html"

    @property
    def gradebook(self) -> Path:
        """nbgrader's database."""
        return self.root / "gradebook.db"

    @property
    def cache(self) -> Path:
        """Finished trainings, by content."""
        return self.root / ".autograder" / "cache"

    def calibration_journal(self, assignment: AssignmentId) -> Path:
        """Where the finished trainings of calibrations are kept, as they are made."""
        return self.root / ".autograder" / "calibration" / f"{assignment}.jsonl"

    def calibration_picture(self, assignment: AssignmentId) -> Path:
        """Where the picture of the last calibration lies."""
        return self.root / "reports" / f"{assignment}.calibration.png"

    def class_page(self, assignment: AssignmentId) -> Path:
        """Where the page about a graded class lies."""
        return self.root / "reports" / f"{assignment}.html"

    def mutants_page(self, assignment: AssignmentId) -> Path:
        """Where the page about the mutants of the last verification lies."""
        return self.root / "reports" / f"{assignment}.mutants.html"

    def secret(self) -> CourseSecret:
        """Return the course's secret, made on first use; the environment variable wins.

        It decides the held-out images and the random inputs of suites, so that nobody can prepare for them.

        Raises
        ------
        UsageError
            If the variable holds too little to be a secret, or the file holds nothing.
        """
        return CourseSecret.of(self.root / ".autograder" / "secret")


@dataclass(frozen=True)
class DrawnAnew(Course):
    """The same course with a secret of no consequence, another for each number: the questions of suites are others."""

    number: int = 0

    def secret(self) -> CourseSecret:
        """Return the secret; nothing is read and nothing made."""
        return CourseSecret(f"questions drawn anew, number {self.number}")


def is_assignment_id(name: str) -> bool:
    """Return whether a folder's name can be an assignment's id: letters, digits, ``_`` and ``-``."""
    return _ASSIGNMENT_ID.fullmatch(name) is not None


def is_student_id(name: str) -> bool:
    """Return whether a folder's name can be a student's id.

    It stands in pages and tables of nbgrader, in spreadsheets and in terminals, which take it as it is: so it holds
    only what can be seen, nothing that opens or ends a tag, and does not begin like a formula or an option.
    """
    return name.isprintable() and not name.startswith(tuple("=+-@.")) and set(name).isdisjoint('/\\<>"')
