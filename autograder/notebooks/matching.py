"""The matching of a submission's cells with those of a release, as it grows, and what can be asked of it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from nbformat import NotebookNode

from autograder.notebooks import names
from autograder.notebooks.cells import CellKind, grade_id, is_as_released, kind, question
from autograder.notebooks.likeness import squeezed, words
from autograder.notebooks.stubs import is_untouched, stub_names
from autograder.notebooks.syntax import parse
from autograder.records import GradeId

_MAX_PARSED = 1_000_000  # characters in all; what comes after is read line by line


class How(StrEnum):
    """What told that a cell is the one that the release means."""

    GRADE_ID = "its mark"
    CELL_ID = "its cell id"
    TEXT = "its text"
    NAMES = "the names it defines"
    PLACE = "its place"
    ELSEWHERE = "the cell of another question"


@dataclass
class Match:
    """What a submission has for one cell of the release; numbers count the submission's cells from 0.

    `given` are the cells whose text it takes (more than one for a cell that was split), `earlier` are cells that run
    before it wherever they stood: older copies, and helpers that it was moved away from. `copies` is how many cells
    bore its mark. `text` replaces the text of `given` where the answer is only a part of a cell, and `source` is the
    cell that it was taken from. `in_place` says whether it stands among its neighbours.
    """

    given: list[int]
    how: How = How.GRADE_ID
    earlier: list[int] = field(default_factory=list)
    copies: int = 1
    text: str | None = None
    source: int | None = None
    in_place: bool = True
    was_split: bool = False


class Matching:
    """What has been matched so far.

    Parameters
    ----------
    given, released
        The cells of the submission and of the release.
    is_older
        Whether the submission was made from another release, so that stubs and locked texts may differ.

    Attributes
    ----------
    matches
        By number of the released cell.
    taken
        The submission's cells that are accounted for; all others are the student's own.
    asked
        For each released cell the names that an answer in code has to define; none for any other cell.
    asked_by_any
        All of them.
    """

    def __init__(self, given: Sequence[NotebookNode], released: Sequence[NotebookNode], *, is_older: bool) -> None:
        self.given = given
        self.released = released
        self.is_older = is_older
        self.matches: dict[int, Match] = {}
        self.taken: set[int] = set()
        self._words: dict[int, Counter[str]] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._parsed = 0
        self._marks: set[GradeId | None] | None = None
        self.asked = [self._asked_names(cell) for cell in released]
        self.asked_by_any = frozenset[str]().union(*self.asked)

    def accept(self, index: int, match: Match) -> None:
        """Let cells of the submission stand for a released one."""
        self.matches[index] = match
        self.taken.update(match.given)

    def own(self) -> list[int]:
        """Return the submission's cells that nothing has taken."""
        return [number for number in range(len(self.given)) if number not in self.taken]

    def open(self) -> list[int]:
        """Return the released cells without a match."""
        return [index for index in range(len(self.released)) if index not in self.matches]

    def unanswered(self) -> list[int]:
        """Return the released cells for an answer that have no match, or one as it was released."""
        return [
            index
            for index, cell in enumerate(self.released)
            if kind(cell).is_answer
            and (index not in self.matches or all(self.untouched(n, index) for n in self.matches[index].given))
        ]

    def untouched(self, number: int, index: int) -> bool:
        """Return whether a cell of the submission is the stub of a released one, of this or of its own release."""
        given, cell = self.given[number], self.released[index]
        if self.is_older and is_as_released(given):
            return True
        return is_untouched(given.source, cell.source, cell_type=cell.cell_type)

    def is_another(self, number: int, index: int) -> bool:
        """Return whether a cell of the submission is as another one was released, and not just a copy of it."""
        text = squeezed(self.given[number].source)
        if not text or text == squeezed(self.released[index].source):
            return False
        return text in self.stubs or self._given_texts[text] <= self._released_texts[text]

    def is_unknown(self, index: int) -> bool:
        """Return whether the release that a submission was made from seems not to have had a question."""
        if self.is_older and self._marks is None:
            self._marks = {question(cell) for cell in self.given} - {None}
        return bool(self._marks) and question(self.released[index]) not in (self._marks or ())

    def defined(self, number: int) -> frozenset[str]:
        """Return the names that a cell of the submission defines."""
        if number not in self._names:
            text = self.given[number].source
            self._parsed += len(text)
            read = names.defined_names if self._parsed <= _MAX_PARSED else names.names_by_line
            self._names[number] = read(text)
        return self._names[number]

    def defined_of(self, number: int, asked: frozenset[str]) -> frozenset[str]:
        """Return which of some names a cell defines; one that does not mention them is not read."""
        cell = self.given[number]
        if not any(name in cell.source for name in asked):
            return frozenset()
        if cell.cell_type != "code" and parse(cell.source) is None:
            return frozenset()
        return self.defined(number) & asked

    def _asked_names(self, cell: NotebookNode) -> frozenset[str]:
        """Return the names that an answer in code has to define; none for any other cell."""
        name = grade_id(cell)
        if name is None or not kind(cell).is_answer or cell.cell_type != "code":
            return frozenset()
        return stub_names(name, cell.source)

    def gap(self, index: int) -> tuple[int, int]:
        """Return between which cells of the submission a released cell is to be looked for, both exclusive."""
        placed = {each: match.given for each, match in self.matches.items() if match.given and match.in_place}
        lower = next((max(placed[each]) for each in range(index, -1, -1) if each in placed), -1)
        later = (min(placed[each]) for each in range(index + 1, len(self.released)) if each in placed)
        return lower, next((number for number in later if number > lower), len(self.given))

    def between(self, index: int) -> list[int]:
        """Return the student's own cells among which a released cell is to be looked for."""
        lower, upper = self.gap(index)
        return [number for number in range(lower + 1, upper) if number not in self.taken]

    def words_of(self, number: int) -> Counter[str]:
        """Return the words of a cell of the submission."""
        if number not in self._words:
            self._words[number] = words(self.given[number].source)
        return self._words[number]

    @functools.cached_property
    def stubs(self) -> frozenset[str]:
        """The stubs of all answers in code."""
        found = (squeezed(cell.source) for cell in self.released if kind(cell) is CellKind.SOLUTION)
        return frozenset(text for text in found if text)

    @functools.cached_property
    def _given_texts(self) -> Counter[str]:
        return Counter(squeezed(cell.source) for cell in self.given)

    @functools.cached_property
    def _released_texts(self) -> Counter[str]:
        return Counter(squeezed(cell.source) for cell in self.released)
