"""What an assignment asks: its released notebook and the checks of its suite, read once."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.notebooks import cells
from autograder.notebooks.cells import CellKind
from autograder.notebooks.release import read_release
from autograder.notebooks.stubs import untouched_answers
from autograder.records import CheckId, CheckResult, GradeId, Outcome, QuestionKind, QuestionResult
from autograder.suite import plugin, runner
from autograder.suite.mentions import read_mentions
from autograder.suite.plugin import Check


@dataclass(frozen=True)
class Rubric:
    """An assignment that submissions can be graded by.

    `digest` is a hash of every file of the assignment that a report depends on.
    """

    assignment: Assignment
    released: NotebookNode
    checks: Mapping[CheckId, Check]
    digest: str

    @classmethod
    def read(cls, assignment: Assignment) -> Rubric:
        """Read the release and collect the suite.

        Raises
        ------
        AssignmentError
            If the suite cannot be used, or there is no release.
        """
        return cls(assignment, read_release(assignment), runner.collect(assignment.suite), _digest_of(assignment))

    @classmethod
    def remembered(cls, assignment: Assignment) -> Rubric:
        """Return what `read` returned last in this process, or in the one that it was forked from, if it still holds.

        Raises
        ------
        AssignmentError
            As `read` does.
        """
        known = _remembered.get(assignment.folder)
        if known is None or known.assignment != assignment or known.digest != _digest_of(assignment):
            known = _remembered[assignment.folder] = cls.read(assignment)
            _ = known.asked_names
        return known

    @functools.cached_property
    def asked_names(self) -> frozenset[str]:
        """The names of a notebook that the checks ask for; see `suite.mentions`."""
        return frozenset(name for names in self.mentions.values() for name in names)

    @functools.cached_property
    def mentions(self) -> Mapping[CheckId, frozenset[str]]:
        """Those that each check asks for."""
        return read_mentions(self.checks)

    def untouched(self, notebook: NotebookNode) -> frozenset[GradeId]:
        """Return the questions whose answer, in a restored notebook, is as it was released."""
        return untouched_answers(notebook, self.released)

    def questions(
        self, results: Iterable[CheckResult], untouched: frozenset[GradeId] | None
    ) -> tuple[QuestionResult, ...]:
        """Return the score of each question, in the notebook's order.

        A question with an ERROR, and a manual one that was answered, wait for a person. `untouched` is None
        where there is nothing that a person could look at.
        """
        mine: dict[GradeId, list[CheckResult]] = {}
        for result in results:
            mine.setdefault(result.question, []).append(result)
        found = []
        for grade_id, title, kind, max_score in self._asked():
            score: float | None = math.fsum(result.points for result in mine.get(grade_id, ()))
            if kind is QuestionKind.MANUAL:
                has_answer = untouched is not None and grade_id not in untouched
                score = None if has_answer else 0.0
            elif any(result.outcome is Outcome.ERROR for result in mine.get(grade_id, ())):
                score = None
            found.append(QuestionResult(grade_id=grade_id, title=title, kind=kind, max_score=max_score, score=score))
        return tuple(found)

    def all_checks(self, outcome: Outcome, message: str, staff_note: str = "") -> tuple[CheckResult, ...]:
        """Return the same result for every check: nothing could be asked."""
        return tuple(plugin.result(check, outcome, message, staff_note=staff_note) for check in self.checks.values())

    def _asked(self) -> Iterable[tuple[GradeId, str, QuestionKind, float]]:
        """Yield id, title, kind and points of each question, in the notebook's order."""
        points = plugin.points_by_question(self.checks)
        titles = {check.question: check.question_title for check in self.checks.values()}
        for cell in self.released.cells:
            grade_id, kind = cells.grade_id(cell), cells.kind(cell)
            if grade_id is None:
                continue
            if kind in (CellKind.MANUAL, CellKind.TASK):
                yield grade_id, grade_id.replace("_", " ").capitalize(), QuestionKind.MANUAL, cells.points(cell)
            elif kind is CellKind.SOLUTION and grade_id in points:
                yield grade_id, titles[grade_id], QuestionKind.AUTOMATIC, points[grade_id]


_remembered: dict[Path, Rubric] = {}
"""The last rubric of each assignment, by its folder."""


def _digest_of(assignment: Assignment) -> str:
    digest = hashlib.sha256()
    roots = (assignment.suite, assignment.release, assignment.folder)
    for path in sorted(path for root in roots for path in root.rglob("*") if path.is_file()):
        if not any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(path.anchor).parts[-3:]):
            digest.update(path.name.encode() + b"\x00" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
