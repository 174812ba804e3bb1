"""Which cells of a submission stand for which cell of the release.

Cells are matched by what is surest first: nbgrader's id, the text, the cell's own id, the names it defines, and at
last its place between cells that are matched already. What is left over is the student's own. Nothing raises,
whatever the submission looks like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from nbformat import NotebookNode

from autograder.notebooks.answers import AnswerMatching
from autograder.notebooks.cells import CellKind, grade_id, kind
from autograder.notebooks.likeness import ALIKE, MAX_COMPARED, is_too_long, likeness, squeezed, words
from autograder.notebooks.matching import How, Match


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
    aligner.named_elsewhere()
    aligner.edited_by_place()
    aligner.answers_elsewhere()
    aligner.answers_by_place()
    aligner.drop_spare_stubs()
    aligner.older_versions()
    aligner.bases_of_answers()
    aligner.company_of_versions()
    return aligner.matches, frozenset(range(len(given))) - aligner.taken


class _Aligner(AnswerMatching):
    """Adds to what answers tell; each method looks only at what the ones before it left open."""

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
                number = next((each for each in found[-MAX_COMPARED:] if self.given[each].id == name), found[-1])
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
                    for number in found[:MAX_COMPARED]
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
            strange = self.stubs - {squeezed(self.released[index].source) for index in indices}
            asked = frozenset[str]().union(*(self.asked[index] for index in indices))
            found = [
                number
                for number in self.between(indices[0])
                if (self.given[number].cell_type != "code") is is_text
                and self.given[number].source.strip()
                and squeezed(self.given[number].source) not in strange
                and (is_text or not self._is_strange(number, asked))
            ]
            if len(found) == len(indices):
                for index, number in zip(indices, found, strict=True):
                    self.accept(index, Match([number], How.PLACE))
            elif len(indices) == 1 and is_text and found:
                self.accept(indices[0], Match(found, How.PLACE))

    def drop_spare_stubs(self) -> None:
        """Leave out further copies of a stub: run after an answer, they would undo it."""
        longest = max(map(len, (cell.source for cell in self.released)), default=0) * 2
        self.taken.update(
            number
            for number in self.own()
            if len(self.given[number].source) <= longest and squeezed(self.given[number].source) in self.stubs
        )

    def _same_gaps(self, indices: Iterable[int]) -> Iterator[list[int]]:
        """Group released cells of one type that are to be looked for between the same cells."""
        groups: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for index in indices:
            groups[(*self.gap(index), self.released[index].cell_type)].append(index)
        yield from groups.values()
