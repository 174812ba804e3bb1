"""Which cells of a submission stand for which cell of the release.

Cells are matched by what is surest first: nbgrader's id, the cell's own id, its text, the names it defines, and at
last its place between cells that are matched already. What is left over is the student's own. Nothing raises,
whatever the submission looks like.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from nbformat import NotebookNode

from autograder.notebooks import names
from autograder.notebooks.cells import CellKind, grade_id, kind
from autograder.notebooks.stubs import is_untouched, stub_names

_ALIKE = 0.6  # of the words of two texts, for one to count as an edited copy of the other
_MAX_COMPARED = 30  # cells in one gap that are compared with a released one
_MAX_READ = 20_000  # characters of a cell that are compared
_WORD = re.compile(r"\w+|[^\w\s]")


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

    `given` are the cells whose text it takes (more than one for a cell that was split), `earlier` are older copies,
    which still run before it, `copies` is how many cells bore its mark. `text` replaces the text of `given` where the
    answer is only a part of a cell. `in_place` says whether it stands among its neighbours.
    """

    given: list[int]
    how: How
    earlier: list[int] = field(default_factory=list)
    copies: int = 1
    text: str | None = None
    in_place: bool = True
    was_split: bool = False


def align(given: Sequence[NotebookNode], released: Sequence[NotebookNode]) -> tuple[dict[int, Match], set[int]]:
    """Match the cells of a submission with those of the release.

    Returns
    -------
    matches
        By number of the released cell; cells that the submission lacks are left out.
    own
        Numbers of the submission's cells that are the student's own.
    """
    aligner = _Aligner(given, released)
    aligner.by_grade_id()
    aligner.by_cell_id()
    aligner.by_text()
    aligner.by_names()
    aligner.edited_by_place()
    aligner.answers_by_place()
    aligner.answers_elsewhere()
    aligner.drop_spare_stubs()
    return aligner.matches, set(range(len(given))) - aligner.taken


class _Aligner:
    """The matching as it grows; each method looks only at what the ones before it left open."""

    def __init__(self, given: Sequence[NotebookNode], released: Sequence[NotebookNode]) -> None:
        self.given = given
        self.released = released
        self.matches: dict[int, Match] = {}
        self.taken: set[int] = set()
        self._words: dict[int, Counter[str]] = {}
        self._names: dict[int, frozenset[str]] = {}

    def by_grade_id(self) -> None:
        """Take the cells that bear the mark of a released cell; of several answers the last one that is filled in."""
        marked: dict[str, list[int]] = defaultdict(list)
        for number, cell in enumerate(self.given):
            name = grade_id(cell)
            if name is not None:
                marked[name].append(number)
        for index, cell in enumerate(self.released):
            found = marked.get(grade_id(cell) or "", [])
            if found:
                self._accept(index, self._chosen(index, found))

    def _chosen(self, index: int, found: list[int]) -> Match:
        """Return the match for a released cell whose mark some cells bear."""
        filled = [number for number in found if not self._untouched(number, index)]
        if not kind(self.released[index]).is_answer or not filled:
            self.taken.update(found)
            return Match(found[-1:], How.GRADE_ID, copies=len(found))
        self.taken.update(set(found) - set(filled))
        if self._is_split(filled, self.released[index].cell_type):
            return Match(filled, How.GRADE_ID, copies=len(found), was_split=True)
        wanted = self._wanted(index)
        defining = [number for number in filled if self._defined(number) & wanted]
        winner = (defining or filled)[-1]
        text = self.given[winner].source
        older = [number for number in filled if number < winner]
        earlier = [number for number in older if self.given[number].source != text]
        self.taken.update(older)
        return Match([winner], How.GRADE_ID, earlier=earlier, copies=len(found))

    def _is_split(self, parts: list[int], cell_type: str) -> bool:
        """Return whether neighbouring cells of one mark are the pieces of one answer, and not versions of it."""
        texts = [self.given[number].source for number in parts]
        between = self.given[parts[0] : parts[-1] + 1]
        if len(set(texts)) < 2 or sum(bool(cell.source.strip()) for cell in between) != len(parts):
            return False
        if cell_type != "code":
            return True
        if names.parse("\n".join(texts)) is None:
            return False
        defined = Counter(name for number in parts for name in self._defined(number))
        return any(names.parse(text) is None for text in texts) or max(defined.values(), default=1) == 1

    def by_cell_id(self) -> None:
        """Take cells that lost their mark, but kept the id that Jupyter gives to every cell."""
        known = {grade_id(cell) for cell in self.released} - {None}
        loose = {self.given[number].id: number for number in self._own() if grade_id(self.given[number]) not in known}
        for index in self._open():
            number = loose.get(self.released[index].id)
            if number is not None:
                self._accept(index, Match([number], How.CELL_ID))

    def by_text(self) -> None:
        """Take cells that say what the released cell says; stubs are alike, so answers are left for later."""
        waiting: dict[str, list[int]] = defaultdict(list)
        for number in self._own():
            waiting[_squeezed(self.given[number].source)].append(number)
        for index in self._open():
            found = waiting[_squeezed(self.released[index].source)]
            if found and not kind(self.released[index]).is_answer and self.released[index].source.strip():
                self._accept(index, Match([found.pop(0)], How.TEXT))

    def by_names(self) -> None:
        """Take the student's own cells that define what an open question asks for, the last for each name."""
        wanting = [index for index in self._unanswered() if self._asks_for_code(index)]
        if not wanting:
            return
        last: dict[str, int] = {}
        for number in self._own():
            if self.given[number].cell_type == "code":
                last |= dict.fromkeys(self._defined(number), number)
        for index in wanting:
            found = sorted({last[name] for name in self._wanted(index) if name in last} - self.taken)
            if index in self.matches:
                found = [number for number in found if not self._untouched(number, index)]
            if found:
                lower, upper = self._gap(index)
                in_place = lower < found[0] and found[-1] < upper
                self._accept(index, Match(found, How.NAMES, in_place=in_place))

    def edited_by_place(self) -> None:
        """Take cells that stand where an unmarked or locked cell stood, and still say much of what it said."""
        for index in self._open():
            cell = self.released[index]
            if kind(cell).is_answer:
                continue
            words = _words(cell.source)
            found = [number for number in self._between(index) if self.given[number].cell_type == cell.cell_type]
            likeness, earliness = max(((self._likeness(n, words), -n) for n in found[:_MAX_COMPARED]), default=(0.0, 0))
            if likeness >= _ALIKE:
                self._accept(index, Match([-earliness], How.PLACE))

    def answers_by_place(self) -> None:
        """Take cells that stand where an answer is expected: all texts for a manual one, a single cell of code."""
        left_blank = {index for index in self.matches if self._asks_for_code(index)}  # their code may stand elsewhere
        for indices in self._same_gaps(index for index in self._unanswered() if index not in left_blank):
            cell_type = self.released[indices[0]].cell_type
            is_text = cell_type != "code"
            found = [
                number
                for number in self._between(indices[0])
                if (self.given[number].cell_type != "code") is is_text and self.given[number].source.strip()
            ]
            if len(found) == len(indices):
                for index, number in zip(indices, found, strict=True):
                    self._accept(index, Match([number], How.PLACE))
            elif len(indices) == 1 and is_text and found:
                self._accept(indices[0], Match(found, How.PLACE))

    def answers_elsewhere(self) -> None:
        """Take what an open question asks for out of the cells of other questions, or out of edited cells."""
        for index in self._unanswered():
            if not self._asks_for_code(index):
                continue
            wanted = self._wanted(index)
            for other in sorted(self.matches, reverse=True):
                holding = [n for n in self.matches[other].given if self._defined(n) & wanted]
                if other == index or not holding or wanted & names.defined_names(self.released[other].source):
                    continue
                text = names.definitions("\n".join(self.given[n].source for n in holding), wanted)
                if text and not is_untouched(text, self.released[index].source):
                    blank = self.matches.get(index, Match([], How.ELSEWHERE))
                    self.matches[index] = replace(blank, how=How.ELSEWHERE, text=text)
                    break

    def drop_spare_stubs(self) -> None:
        """Leave out further copies of a stub: run after an answer, they would undo it."""
        stubs = {_squeezed(cell.source) for cell in self.released if kind(cell) is CellKind.SOLUTION} - {""}
        self.taken.update([number for number in self._own() if _squeezed(self.given[number].source) in stubs])

    def _accept(self, index: int, match: Match) -> None:
        self.matches[index] = match
        self.taken.update(match.given)

    def _own(self) -> list[int]:
        """Return the submission's cells that nothing has taken."""
        return [number for number in range(len(self.given)) if number not in self.taken]

    def _open(self) -> list[int]:
        """Return the released cells without a match."""
        return [index for index in range(len(self.released)) if index not in self.matches]

    def _unanswered(self) -> list[int]:
        """Return the released cells for an answer that have no match, or one as it was released."""
        return [
            index
            for index, cell in enumerate(self.released)
            if kind(cell).is_answer
            and (index not in self.matches or all(self._untouched(n, index) for n in self.matches[index].given))
        ]

    def _untouched(self, number: int, index: int) -> bool:
        cell = self.released[index]
        return is_untouched(self.given[number].source, cell.source, cell_type=cell.cell_type)

    def _defined(self, number: int) -> frozenset[str]:
        """Return the names that a cell of the submission defines."""
        if number not in self._names:
            self._names[number] = names.defined_names(self.given[number].source)
        return self._names[number]

    def _asks_for_code(self, index: int) -> bool:
        return bool(self.released[index].cell_type == "code")

    def _wanted(self, index: int) -> frozenset[str]:
        """Return the names that an answer in code has to define."""
        cell = self.released[index]
        name = grade_id(cell)
        return stub_names(name, cell.source) if name is not None and cell.cell_type == "code" else frozenset()

    def _gap(self, index: int) -> tuple[int, int]:
        """Return between which cells of the submission a released cell is to be looked for, both exclusive."""
        placed = {each: match.given for each, match in self.matches.items() if match.given and match.in_place}
        lower = next((max(placed[each]) for each in range(index, -1, -1) if each in placed), -1)
        later = (min(placed[each]) for each in range(index + 1, len(self.released)) if each in placed)
        return lower, next((number for number in later if number > lower), len(self.given))

    def _between(self, index: int) -> list[int]:
        lower, upper = self._gap(index)
        return [number for number in range(lower + 1, upper) if number not in self.taken]

    def _same_gaps(self, indices: Iterable[int]) -> Iterator[list[int]]:
        """Group released cells of one type that are to be looked for between the same cells."""
        groups: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for index in indices:
            groups[(*self._gap(index), self.released[index].cell_type)].append(index)
        yield from groups.values()

    def _likeness(self, number: int, words: Counter[str]) -> float:
        """Return the share of words, 0 to 1, that a cell has in common with a text."""
        if number not in self._words:
            self._words[number] = _words(self.given[number].source)
        mine = self._words[number]
        size = mine.total() + words.total()
        return 2 * (mine & words).total() / size if size else 1.0


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text, 0, _MAX_READ))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
