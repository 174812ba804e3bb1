"""What a case is: a messy notebook, and all that grading has to say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from messy.builder import Notebook, Step, mess
from messy.course import ANSWERS, filled
from messy.files import Writer, as_jupyter

from autograder.records import CellStatus

Told = tuple[str, str | None]
"""Kind of a repair, and the question that it is about."""


@dataclass(frozen=True)
class Ended:
    """A cell that did not end well: its mark, how it ended, and words of the sentence about it."""

    grade_id: str | None
    status: CellStatus
    words: str = ""


@dataclass(frozen=True)
class Case:
    """One messy notebook.

    Parameters
    ----------
    name
        An identifier, which is the student's name too.
    title
        What happened to it, in a sentence.
    steps
        What was done to a submission with a right answer to everything.
    writer
        How it became a file.
    answers
        What its cells were filled with first.
    repairs
        Everything that was put right, in any order.
    points
        By question, where they are not full marks.
    untouched
        Questions that count as not attempted.
    ended
        All cells that did not end well, in any order.
    notes
        Words of all notes on cells, but for the one on shortened training; in any order.
    problem
        Words of why it cannot be read; then nothing of it runs, and it is worth nothing.
    is_variant
        Whether it is much like another one: those are graded with the slow tests.
    """

    name: str
    title: str
    steps: tuple[Step, ...] = ()
    writer: Writer = as_jupyter
    answers: Mapping[str, str] = field(default_factory=lambda: ANSWERS)
    repairs: tuple[Told, ...] = ()
    points: Mapping[str, float | None] = field(default_factory=dict)
    untouched: tuple[str, ...] = ()
    ended: tuple[Ended, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    is_variant: bool = False

    def data(self, release: Notebook) -> bytes:
        """Return the file."""
        return self.writer(mess(filled(release, self.answers), *self.steps))


def raised(grade_id: str | None, words: str = "") -> Ended:
    """Return that a cell raised."""
    return Ended(grade_id, CellStatus.RAISED, words)


def limited(grade_id: str | None, words: str = "") -> Ended:
    """Return that a cell ran into a limit."""
    return Ended(grade_id, CellStatus.LIMIT, words)
