"""A class of made-up students, to see a whole grading without having one.

The class is a course folder of its own, so everything that a real one has is there to look at: submissions,
gradebook, pages. Most submissions come from the corpus, of which is known what each has to score, so the demo
can also say whether every score is the expected one. A small corpus makes a small class: a story that an assignment
has no material for, or whose score cannot be known before, is left out.
"""

from __future__ import annotations

import ast
import math
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.corpus import Variant, VariantKind, fill, read_corpus, reference_sources
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.notebooks import cells
from autograder.notebooks.stubs import is_untouched, stub_sources
from autograder.notebooks.syntax import parse
from autograder.records import CheckId, GradeId
from autograder.rubric import Rubric
from autograder.verification.scopes import Scopes

STUDENTS = (
    *("ada", "alan", "barbara", "cleve", "donald", "edsger", "emmy", "frances", "fei", "geoffrey", "grace", "hedy"),
    *("ian", "joan", "judea", "katherine", "kunihiko", "margaret", "marvin", "radia", "rosalind", "sophie", "yann"),
    "yoshua",
)
"""A class has as many of them as there are different stories to tell, at most all."""
_NUM_ACCEPTED = 5
_NUM_PAIRS = 3
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
        If the folder holds something else than an earlier demo, or there is no such assignment.
    AssignmentError
        If the assignment cannot be graded: it has no release, or its suite or its corpus is malformed.
    """
    assignment_id = origin.assignment(assignment_id).id
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise UsageError(f"{folder} holds something that is no demo: name another folder with --into")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("Made by `autograder demo`, which replaces what is here.\n")
    for name in (*_COPIED, "submitted", "autograded", "feedback", "reports"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "gradebook.db").unlink(missing_ok=True)
    for name in _COPIED:
        part = origin.root / name / assignment_id
        if part.is_dir():
            shutil.copytree(part, folder / name / assignment_id, ignore=shutil.ignore_patterns("__pycache__", ".*"))
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
    """Return the class: as many different stories as the corpus has, and as there are students."""
    corpus = read_corpus(assignment)
    reference = reference_sources(assignment)
    trained = {question for recipe in assignment.settings.recipes.values() for question in recipe.questions}
    accepted = [v for v in corpus if v.kind is VariantKind.ACCEPTED and not trained & _changed(v, reference)]
    mistakes = [v for v in corpus if v.kind is VariantKind.MISTAKE and not _has_a_floor_check(v, rubric)]
    maker = _Maker(rubric, reference)
    right = [maker.full("answers as the reference does", reference)]
    right += [maker.full(f"accepted: {variant.title}", variant.sources) for variant in _spread(accepted, _NUM_ACCEPTED)]
    others = [*maker.half("stopped half way"), maker.full("handed in the release as it was", {}, expected=0.0)]
    others += maker.spoilt("a cell that raises", "1 / 0")
    others += maker.spoilt("a cell with a syntax error", "def broken(:\n    return")
    others += maker.spoilt("a cell that never ends", "while True:\n    pass")
    others += maker.silent("a function that returns nothing")
    places = len(STUDENTS) - len(right) - len(others)
    pairs = maker.pairs(_spread(mistakes, 4 * _NUM_PAIRS), _NUM_PAIRS)
    paired = [variant for pair in pairs for variant in pair]
    unpaired = [variant for variant in mistakes if variant not in paired]
    places -= len(pairs)
    singles = _spread(unpaired if len(unpaired) >= places else mistakes, places)
    wrong = [maker.mistaken(f"mistake: {variant.title}", [variant]) for variant in singles]
    wrong += [maker.mistaken("several mistakes at once", pair) for pair in pairs]
    return tuple(
        Student(name, story, sources, expected)
        for name, (story, sources, expected) in zip(STUDENTS, [*right, *wrong, *others], strict=False)
    )


_Story = tuple[str, Mapping[GradeId, str], float]


class _Maker:
    """Makes the stories, each with the score that follows from what is known of the corpus."""

    def __init__(self, rubric: Rubric, reference: Mapping[GradeId, str]) -> None:
        self._checks = rubric.checks
        self._stubs = stub_sources(rubric.released)
        self._reference = reference
        self._scopes = Scopes(fill(rubric.released, reference), rubric.checks)
        worth = {check.question for check in rubric.checks.values() if check.points}
        self._questions = [name for name in reference if name in worth]

    def full(self, story: str, sources: Mapping[GradeId, str], expected: float | None = None) -> _Story:
        return story, sources, self._points(set()) if expected is None else expected

    def mistaken(self, story: str, variants: Iterable[Variant]) -> _Story:
        sources = dict(self._reference)
        lost: set[CheckId] = set()
        for variant in variants:
            sources.update({name: variant.sources[name] for name in _changed(variant, self._reference)})
            lost |= set(variant.fails)
        untouched = {name for name, text in sources.items() if is_untouched(text, self._stubs.get(name, ""))}
        return story, sources, self._points(lost | self._checks_of(untouched))

    def pairs(self, mistakes: Sequence[Variant], count: int) -> list[tuple[Variant, Variant]]:
        """Return pairs of mistakes of which neither can touch what the other fails, at most `count`."""
        left = list(mistakes)
        found: list[tuple[Variant, Variant]] = []
        while left and len(found) < count:
            first = left.pop(0)
            second = next((each for each in left if self._are_apart(first, each)), None)
            if second is not None:
                left.remove(second)
                found.append((first, second))
        return found

    def half(self, story: str) -> list[_Story]:
        """Return the story of a student who stopped about half way, where no answered question needs a later one."""
        middle = len(self._questions) // 2
        for count in sorted(range(1, len(self._questions)), key=lambda number: abs(number - middle)):
            answered = self._questions[:count]
            sources = {name: self._reference[name] for name in answered}
            kept = self._checks_of(answered)
            touched = self._touched({**self._stubs, **sources})
            if touched is not None and touched.isdisjoint(kept):
                return [(story, sources, self._points(set(self._checks) - kept))]
        return []

    def spoilt(self, story: str, source: str) -> list[_Story]:
        """Return the story of a student whose cell, for one question, defines nothing."""
        question = next(iter(self._apart()), None)
        return [] if question is None else [self._replaced(story, question, source)]

    def silent(self, story: str) -> list[_Story]:
        """Return the story of a student whose functions, in one question, do nothing."""
        for question, functions in self._apart().items():
            if functions:
                source = "\n\n\n".join(f"def {name}(*args, **kwargs):\n    pass" for name in functions)
                return [self._replaced(story, question, source)]
        return []

    def _replaced(self, story: str, question: GradeId, source: str) -> _Story:
        return story, {**self._reference, question: source}, self._points(self._checks_of([question]))

    def _apart(self) -> dict[GradeId, list[str]]:
        """Return the questions whose answer no other check depends on, with their functions; first those with any."""
        found = {}
        for name in self._questions:
            touched = self._touched({**self._reference, name: ""})
            if touched is not None and touched <= self._checks_of([name]):
                found[name] = _functions(self._reference[name])
        return dict(sorted(found.items(), key=lambda item: not item[1]))

    def _touched(self, sources: Mapping[GradeId, str]) -> frozenset[CheckId] | None:
        """Return the checks that may end otherwise with these answers; None where that can be any."""
        scope = self._scopes.of(sources)
        return None if scope is None else scope.checks

    def _are_apart(self, one: Variant, other: Variant) -> bool:
        first, second = self._touched(one.sources), self._touched(other.sources)
        return first is not None and second is not None and first.isdisjoint(second)

    def _checks_of(self, questions: Iterable[GradeId]) -> set[CheckId]:
        wanted = set(questions)
        return {check.id for check in self._checks.values() if check.question in wanted}

    def _points(self, lost: set[CheckId]) -> float:
        """Return the points left when checks fail, and with them those that depend on them."""
        grown = True
        while grown:
            more = {c.id for c in self._checks.values() if c.id not in lost and lost & set(c.needs)}
            lost, grown = lost | more, bool(more)
        return math.fsum(check.points for check in self._checks.values() if check.id not in lost)


def _changed(variant: Variant, reference: Mapping[GradeId, str]) -> set[GradeId]:
    return {name for name, source in variant.sources.items() if reference.get(name) != source}


def _functions(source: str) -> list[str]:
    """Return the names of the functions that a cell defines."""
    tree = parse(source)
    return [] if tree is None else [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def _has_a_floor_check(variant: Variant, rubric: Rubric) -> bool:
    """Whether a mistake is found by training it, which takes three seeds to be sure: too long for a demo."""
    return any(rubric.checks[name].trains for name in variant.fails if name in rubric.checks)


def _spread(items: list[Variant], count: int) -> list[Variant]:
    """Return `count` of the items, evenly over the list."""
    step = len(items) / count
    return [items[int(index * step)] for index in range(count)] if len(items) >= count else items
