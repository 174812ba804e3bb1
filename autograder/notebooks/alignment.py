"""Which cells of a submission stand for which cell of the release.

Cells are matched by what is surest first: nbgrader's id, the text, the cell's own id, the names it defines, and at
last its place between cells that are matched already. What is left over is the student's own. Nothing raises,
whatever the submission looks like.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from nbformat import NotebookNode

from autograder.notebooks import halves, names
from autograder.notebooks.cells import CellKind, grade_id, kind
from autograder.notebooks.likeness import ALIKE, is_too_long, likeness, squeezed, words
from autograder.notebooks.marks import MarkMatching
from autograder.notebooks.matching import How, Match
from autograder.notebooks.stubs import is_untouched

_MAX_COMPARED = 30  # cells in one gap that are compared with a released one, or with an answer


def align(
    given: Sequence[NotebookNode], released: Sequence[NotebookNode], *, is_older: bool = False
) -> tuple[dict[int, Match], frozenset[int]]:
    """Match the cells of a submission with those of the release.

    Parameters
    ----------
    is_older
        Whether the submission was made from another release, so that stubs and locked texts may differ.

    Returns
    -------
    matches
        By number of the released cell; cells that the submission lacks are left out.
    own
        Numbers of the submission's cells that are the student's own.
    """
    aligner = _Aligner(given, released, is_older=is_older)
    aligner.by_grade_id()
    aligner.exchanged_marks()
    aligner.by_text()
    aligner.by_cell_id()
    aligner.by_names()
    aligner.halves_of_answers()
    aligner.edited_by_place()
    aligner.answers_elsewhere()
    aligner.answers_by_place()
    aligner.drop_spare_stubs()
    aligner.older_versions()
    return aligner.matches, frozenset(range(len(given))) - aligner.taken


class _Aligner(MarkMatching):
    """Adds to what marks tell; each method looks only at what the ones before it left open."""

    def by_text(self) -> None:
        """Take cells that say what the released cell says, the one with its id before others.

        Stubs are alike, so answers are left for later.
        """
        wanted = {
            index: squeezed(self.released[index].source)
            for index in self.open()
            if not kind(self.released[index]).is_answer and self.released[index].source.strip()
        }
        if not wanted:
            return
        waiting: dict[str, list[int]] = defaultdict(list)
        texts = set(wanted.values())
        for number in reversed(self.own()):
            text = squeezed(self.given[number].source)
            if text in texts:
                waiting[text].append(number)
        for index, text in wanted.items():
            found = waiting[text]
            if found:
                name = self.released[index].id
                number = next((each for each in found[-_MAX_COMPARED:] if self.given[each].id == name), found[-1])
                found.remove(number)
                self.accept(index, Match([number], How.TEXT))

    def by_cell_id(self) -> None:
        """Take cells that lost their mark, but kept the id that Jupyter gives to every cell."""
        known = {grade_id(cell) for cell in self.released} - {None}
        loose = {self.given[number].id: number for number in self.own() if grade_id(self.given[number]) not in known}
        for index in self.open():
            cell = self.released[index]
            number = loose.get(cell.id)
            if number is not None and (
                kind(cell) is not CellKind.PLAIN or self.given[number].cell_type == cell.cell_type
            ):
                self.accept(index, Match([number], How.CELL_ID))

    def by_names(self) -> None:
        """Take the student's own cells that define what an open question asks for, the last for each name.

        Those that stand where the question stands come before others.
        """
        asking = [index for index in self.unanswered() if self.asked[index]]
        if not asking:
            return
        asked = frozenset[str]().union(*(self.asked[index] for index in asking))
        definers: dict[str, list[int]] = defaultdict(list)
        for number in self.own():
            for name in self.defined_of(number, asked):
                definers[name].append(number)
        for index in asking:
            lower, upper = self.gap(index)
            chosen = set()
            for name in self.asked[index]:
                free = [number for number in definers[name] if number not in self.taken]
                filled = [number for number in free if not self.untouched(number, index)]
                if filled or index in self.matches:
                    free = filled
                near = [number for number in free if lower < number < upper]
                chosen.update((near or free)[-1:])
            found = sorted(chosen)
            if found:
                in_place = lower < found[0] and found[-1] < upper
                helpers = [] if in_place else self._helpers(found[0])
                copies = self.matches[index].copies if index in self.matches else 1
                self.accept(index, Match(found, How.NAMES, helpers, copies=copies, in_place=in_place))

    def _helpers(self, number: int) -> list[int]:
        """Return the student's own cells right before a cell that define what it uses."""
        used = set(words(self.given[number].source))
        found = []
        for before in range(number - 1, max(-1, number - 1 - _MAX_COMPARED), -1):
            if before in self.taken:
                break
            if self.given[before].cell_type == "code" and self.defined(before) & used:
                used |= set(words(self.given[before].source))
                found.append(before)
        self.taken.update(found)
        return found[::-1]

    def halves_of_answers(self) -> None:
        """Add the cells next to an answer that are Python only together with it: halves that have no mark."""
        for index, match in self.matches.items():
            if not self.asked[index] or match.text is not None or len(match.given) > 1:
                continue
            for step in (1, -1):
                number = self._next_own(match.given[-1 if step > 0 else 0], step)
                if number is None:
                    continue
                text = "\n".join(self.given[each].source for each in match.given)
                other = self.given[number].source
                is_rest = step > 0 and not self._names_in(text, index) and bool(self._names_in(other, index))
                if is_rest or halves.belong_together(*((text, other) if step > 0 else (other, text))):
                    match.given = sorted([*match.given, number])
                    match.was_split = True
                    self.taken.add(number)

    def _names_in(self, text: str, index: int) -> frozenset[str]:
        """Return what a text seems to define of that which a question asks for."""
        return names.names_by_line(text) & self.asked[index]

    def _next_own(self, number: int, step: int) -> int | None:
        """Return the next cell that holds anything, where it is code of the student's own."""
        number += step
        while 0 <= number < len(self.given) and not self.given[number].source.strip():
            number += step
        is_own = 0 <= number < len(self.given) and number not in self.taken
        return number if is_own and self.given[number].cell_type == "code" else None

    def edited_by_place(self) -> None:
        """Take cells that stand where an unmarked or locked cell stood, and still say much of what it said."""
        for index in self.open():
            cell = self.released[index]
            if kind(cell).is_answer:
                continue
            own = words(cell.source)
            found = [number for number in self.between(index) if self.given[number].cell_type == cell.cell_type]
            alike, earliness = max(
                (
                    (likeness(self.words_of(number), own), -number)
                    for number in found[:_MAX_COMPARED]
                    if not is_too_long(self.given[number].source, own)
                ),
                default=(0.0, 0),
            )
            if alike >= ALIKE:
                self.accept(index, Match([-earliness], How.PLACE))

    def answers_by_place(self) -> None:
        """Take cells that stand where an answer is expected: all texts for a manual one, a single cell of code."""
        left_blank = {index for index in self.matches if self.asked[index]}  # their code may stand elsewhere
        waiting = [index for index in self.unanswered() if index not in left_blank and not self.is_unknown(index)]
        for indices in self._same_gaps(waiting):
            cell_type = self.released[indices[0]].cell_type
            is_text = cell_type != "code"
            strange = self._stubs - {squeezed(self.released[index].source) for index in indices}
            found = [
                number
                for number in self.between(indices[0])
                if (self.given[number].cell_type != "code") is is_text
                and self.given[number].source.strip()
                and squeezed(self.given[number].source) not in strange
            ]
            if len(found) == len(indices):
                for index, number in zip(indices, found, strict=True):
                    self.accept(index, Match([number], How.PLACE))
            elif len(indices) == 1 and is_text and found:
                self.accept(indices[0], Match(found, How.PLACE))

    def answers_elsewhere(self) -> None:
        """Take what an open question asks for out of other questions' cells, their older copies, or edited cells."""
        for index in self.unanswered():
            asked = self.asked[index]
            for other in sorted(self.matches, reverse=True) if asked else ():
                match = self.matches[other]
                holding = [number for number in (*match.earlier, *match.given) if self.defined_of(number, asked)]
                if other == index or not holding or asked & self.asked[other]:
                    continue
                text = self._taken_out(holding[-1], index, other)
                if text and not is_untouched(text, self.released[index].source):
                    blank = self.matches.get(index, Match([], How.ELSEWHERE))
                    blank.how, blank.text, blank.source = How.ELSEWHERE, text, holding[-1]
                    self.matches[index] = blank
                    break

    def _taken_out(self, number: int, index: int, other: int) -> str:
        """Return the part of a cell that answers a question: up to where another question's answer begins.

        Of a locked cell that was edited it is all that the release does not have.
        """
        asked, others = self.asked[index], self.asked_by_any - self.asked[index]
        if kind(self.released[other]).is_locked:
            original = {squeezed(chunk.text) for chunk in names.chunks(self.released[other].source)}
            added = [chunk for chunk in names.chunks(self.given[number].source) if squeezed(chunk.text) not in original]
            return "\n".join(chunk.text for chunk in added if not chunk.names & others).strip("\n")
        parts: list[str] = []
        above: list[names.Chunk] = []  # not taken, since the last that was
        for chunk in names.chunks(self.given[number].source):
            if chunk.names & asked:
                start = names.start_of_needed(above, chunk, self.asked_by_any)
                parts.extend(each.text for each in above[start:])
            elif above or not parts or chunk.names & others:
                above.append(chunk)
                continue
            above.clear()
            parts.append(chunk.text)
        return "\n".join(parts).strip("\n")

    def drop_spare_stubs(self) -> None:
        """Leave out further copies of a stub: run after an answer, they would undo it."""
        longest = max(map(len, (cell.source for cell in self.released)), default=0) * 2
        self.taken.update(
            number
            for number in self.own()
            if len(self.given[number].source) <= longest and squeezed(self.given[number].source) in self._stubs
        )

    def older_versions(self) -> None:
        """Let the student's own cells that answer a question too, and stood above its answer, run before it."""
        index_of = {name: index for index, asked in enumerate(self.asked) for name in asked}
        open_to_more = [
            (index, min(match.given), [name for name in self.asked[index] if index_of[name] == index])
            for index, match in self.matches.items()
            if match.given and match.text is None and self.asked[index]
        ]
        anchors = {number: index for index, match in self.matches.items() if match.in_place for number in match.given}
        last = -1
        for number in range(len(self.given)):
            last = anchors.get(number, last)
            if number in self.taken or self.given[number].cell_type != "code":
                continue
            wanted = [name for index, first, asked in open_to_more if index < last and number < first for name in asked]
            answered = self.defined_of(number, frozenset(wanted))
            if answered:
                self.matches[min(index_of[name] for name in answered)].earlier.append(number)
                self.taken.add(number)

    @functools.cached_property
    def _stubs(self) -> frozenset[str]:
        """The stubs of all answers in code."""
        found = (squeezed(cell.source) for cell in self.released if kind(cell) is CellKind.SOLUTION)
        return frozenset(text for text in found if text)

    def _same_gaps(self, indices: Iterable[int]) -> Iterator[list[int]]:
        """Group released cells of one type that are to be looked for between the same cells."""
        groups: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for index in indices:
            groups[(*self.gap(index), self.released[index].cell_type)].append(index)
        yield from groups.values()
