"""A class of 24 made-up students, to see a whole grading without having one.

The class is a course folder of its own, so everything that a real one has is there to look at: submissions,
gradebook, pages. Most submissions come from the corpus, of which is known what each has to score, so the demo
can also say whether every score is the expected one.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.corpus import Variant, VariantKind, fill, read_corpus, reference_sources
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, UsageError
from autograder.notebooks import cells
from autograder.notebooks.stubs import is_untouched, stub_sources
from autograder.records import CheckId, GradeId
from autograder.rubric import Rubric

STUDENTS = (
    *("ada", "alan", "barbara", "cleve", "donald", "edsger", "emmy", "frances", "fei", "geoffrey", "grace", "hedy"),
    *("ian", "joan", "judea", "katherine", "kunihiko", "margaret", "marvin", "radia", "rosalind", "sophie", "yann"),
    "yoshua",
)
_MARK = "demo.txt"
_COPIED = ("assignments", "solutions", "release", "tests/suites")


@dataclass(frozen=True)
class Student:
    """One made-up student: what they hand in, and the score that it has to get."""

    name: str
    story: str
    sources: Mapping[GradeId, str]
    expected: float


def make_class(origin: Course, assignment_id: str, folder: Path) -> tuple[Course, tuple[Student, ...]]:
    """Make a course folder with a class of submissions to one assignment.

    Parameters
    ----------
    origin
        The course whose assignment, suite and corpus are taken.
    folder
        Where the new course goes; an earlier demo there is replaced, but for its finished trainings and its secret.

    Raises
    ------
    UsageError
        If the folder holds something else than an earlier demo.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise UsageError(f"{folder} holds something that is no demo: name another folder with --into")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("Made by `autograder demo`, which replaces what is here.\n")
    for name in (*_COPIED, "submitted", "autograded", "feedback", "reports"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "gradebook.db").unlink(missing_ok=True)
    for name in _COPIED:
        shutil.copytree(origin.root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    shutil.copy(origin.root / "nbgrader_config.py", folder)
    course = Course(folder)
    assignment = course.assignment(assignment_id)
    rubric = Rubric.read(assignment)
    students = _invent(assignment, rubric)
    for student in students:
        path = folder / "submitted" / student.name / assignment.id / f"{assignment.id}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(cells.to_bytes(fill(rubric.released, student.sources)))
    return course, students


def _invent(assignment: Assignment, rubric: Rubric) -> tuple[Student, ...]:
    """Return the class: as many different stories as there are students."""
    corpus = read_corpus(assignment)
    trained = {recipe_question for recipe in assignment.settings.recipes.values() for recipe_question in recipe.floors}
    accepted = [v for v in corpus if v.kind is VariantKind.ACCEPTED and not trained & _changed(v, assignment)]
    mistakes = [v for v in corpus if v.kind is VariantKind.MISTAKE and not _has_a_floor_check(v, rubric)]
    if len(accepted) < 4 or len(mistakes) < 16:
        raise AssignmentError(f"the corpus of {assignment.id} is too small for a class: see {assignment.solutions}")
    reference = reference_sources(assignment)
    maker = _Maker(rubric, reference)
    stories = [maker.full("answers as the reference does", reference)]
    stories += [maker.full(f"accepted: {variant.title}", variant.sources) for variant in _spread(accepted, 5)]
    chosen = _spread(mistakes, 16)
    stories += [maker.mistaken(f"mistake: {variant.title}", [variant]) for variant in chosen[:9]]
    stories += [
        maker.mistaken("several mistakes at once", [*pair]) for pair in zip(chosen[9:12], chosen[12:15], strict=True)
    ]
    stories.append(maker.half("stopped half way"))
    stories.append(maker.full("handed in the release as it was", {}, expected=0.0))
    stories += [
        maker.spoilt("a cell that raises", "1 / 0"),
        maker.spoilt("a cell with a syntax error", "def broken(:\n    return"),
        maker.spoilt("a cell that never ends", "while True:\n    pass"),
        maker.spoilt("a function that returns nothing", "def {name}(*args, **kwargs):\n    pass"),
    ]
    return tuple(
        Student(name, story, sources, expected)
        for name, (story, sources, expected) in zip(STUDENTS, stories, strict=True)
    )


_Story = tuple[str, Mapping[GradeId, str], float]


class _Maker:
    """Makes the stories, each with the score that follows from what is known of the corpus."""

    def __init__(self, rubric: Rubric, reference: Mapping[GradeId, str]) -> None:
        self._checks = rubric.checks
        self._stubs = stub_sources(rubric.released)
        self._reference = reference
        self._questions = [name for name in reference if any(c.question == name for c in rubric.checks.values())]

    def full(self, story: str, sources: Mapping[GradeId, str], expected: float | None = None) -> _Story:
        return story, sources, self._points(set()) if expected is None else expected

    def mistaken(self, story: str, variants: list[Variant]) -> _Story:
        sources = dict(self._reference)
        for variant in variants:
            sources.update({name: text for name, text in variant.sources.items() if self._reference[name] != text})
        untouched = {name for name, text in sources.items() if is_untouched(text, self._stubs.get(name, ""))}
        lost = {name for variant in variants for name in variant.fails}
        return story, sources, self._points(lost | {c.id for c in self._checks.values() if c.question in untouched})

    def half(self, story: str) -> _Story:
        answered = self._questions[: len(self._questions) // 2]
        lost = {check.id for check in self._checks.values() if check.question not in answered}
        return story, {name: self._reference[name] for name in answered}, self._points(lost)

    def spoilt(self, story: str, source: str) -> _Story:
        """One question's cell is replaced by something that defines nothing useful."""
        question = next(name for name in self._questions if f"def {name}(" in self._reference[name])
        lost = {check.id for check in self._checks.values() if check.question == question}
        sources = {**self._reference, question: source.replace("{name}", question)}
        return story, sources, self._points(lost)

    def _points(self, lost: set[CheckId]) -> float:
        """Return the points left when checks fail, and with them those that depend on them."""
        grown = True
        while grown:
            more = {c.id for c in self._checks.values() if c.id not in lost and lost & set(c.needs)}
            lost, grown = lost | more, bool(more)
        return math.fsum(check.points for check in self._checks.values() if check.id not in lost)


def _changed(variant: Variant, assignment: Assignment) -> set[GradeId]:
    reference = reference_sources(assignment)
    return {name for name, source in variant.sources.items() if reference.get(name) != source}


def _has_a_floor_check(variant: Variant, rubric: Rubric) -> bool:
    """Whether a mistake is found by training it, which takes three seeds to be sure: too long for a demo."""
    return any(rubric.checks[name].trains for name in variant.fails)


def _spread(items: list[Variant], count: int) -> list[Variant]:
    """Return `count` of the items, evenly over the list."""
    step = len(items) / count
    return [items[int(index * step)] for index in range(count)] if len(items) >= count else items
