"""Takes merged cells apart: where texts of the release, or answers to several questions, stand in one cell.

Editors that merge cells put their texts one below the other and keep one mark. The parts stand as cells of their own
afterwards, in the same order and without marks but for one, so that matching finds each of them as it finds any
cell that lost its mark. No character of a student's text is lost, and nothing runs in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.notebooks import names
from autograder.notebooks.cells import CellKind, grade_id, is_as_released, kind
from autograder.notebooks.stubs import is_untouched, stub_names
from autograder.notebooks.syntax import parse

_MIN_CHARS = 8  # of a released text: a shorter one may stand in an answer by chance
_MAX_CHARS = 50_000  # of a cell that is read for answers to several questions
_MAX_CUT = 200  # cells that are read so


@dataclass(frozen=True)
class Parts:
    """A submission's cells with merged ones taken apart.

    `origins` says of each cell which one of the file it comes from, `cut` has those that were a part of one.
    """

    cells: tuple[NotebookNode, ...]
    origins: tuple[int, ...]
    cut: frozenset[int]


def separate(given: Sequence[NotebookNode], released: Sequence[NotebookNode], *, is_older: bool = False) -> Parts:
    """Return a submission's cells, the merged ones as several; `is_older` says that it is of another release."""
    cutter = _Cutter(given, released, is_older=is_older)
    cells: list[NotebookNode] = []
    origins: list[int] = []
    cut: set[int] = set()
    for number, cell in enumerate(given):
        parts = [part for piece in cutter.by_text(cell) for part in cutter.by_names(piece)]
        if len(parts) > 1:
            cut.update(range(len(cells), len(cells) + len(parts)))
        cells.extend(parts)
        origins.extend([number] * len(parts))
    return Parts(tuple(cells), tuple(origins), frozenset(cut))


class _Cutter:
    """Knows what of a release is not to be found as cells of its own."""

    def __init__(self, given: Sequence[NotebookNode], released: Sequence[NotebookNode], *, is_older: bool) -> None:
        texts = {cell.source.strip() for cell in given}
        self._places: dict[str | None, int] = {
            name: index for index, cell in enumerate(released) if (name := grade_id(cell)) is not None
        }
        self._lost = {
            index: (text, cell)
            for index, cell in enumerate(released)
            if not kind(cell).is_answer and len(text := cell.source.strip()) >= _MIN_CHARS and text not in texts
        }
        self._first_lines = {index: text.partition("\n")[0] for index, (text, _) in self._lost.items()}
        self._answers = {index for index, cell in enumerate(released) if kind(cell).is_answer}
        answered = {
            name
            for cell in given
            if (name := grade_id(cell)) in self._places
            and not (is_older and is_as_released(cell))
            and not is_untouched(cell.source, released[self._places[name]].source, cell_type=cell.cell_type)
        }
        asking = [
            (index, name, cell)
            for index, cell in enumerate(released)
            if kind(cell).is_answer and cell.cell_type == "code" and (name := grade_id(cell)) is not None
        ]
        self._wanted = {wanted: index for index, name, cell in asking for wanted in stub_names(name, cell.source)}
        self._open = {name: index for name, index in self._wanted.items() if grade_id(released[index]) not in answered}
        self._left = _MAX_CUT

    def by_text(self, cell: NotebookNode) -> list[NotebookNode]:
        """Cut a cell where it holds texts of released cells that stand nowhere by themselves."""
        text = cell.source
        lines = set(text.split("\n") if self._lost else ())
        found: list[tuple[int, int, int]] = []  # start, end, number of the released cell
        for index, (wanted, _) in self._lost.items():
            if self._first_lines[index] not in lines:  # most are not; looking for each in every cell takes long
                continue
            start = text.find(wanted)
            end = start + len(wanted)
            if start >= 0 and text[start - 1 : start] in ("", "\n") and text[end : end + 1] in ("", "\n"):
                found.append((start, end, index))
        found = _apart(sorted(found))
        place = self._places.get(grade_id(cell), -1)
        if not found or (place < 0 and len(found) == 1 and kind(self._lost[found[0][2]][1]) is CellKind.PLAIN):
            return [cell]  # a cell of the release that anybody may edit, and somebody did
        gaps: list[tuple[str, int]] = []  # text between the cuts, number of cuts before it
        pieces: list[NotebookNode] = []
        last = 0
        for number, (start, end, _) in enumerate([*found, (len(text), len(text), -1)]):
            gaps.append((text[last:start].strip("\n"), number))
            last = end
        filled = [number for gap, number in gaps if gap.strip()]
        if not filled:
            return [cell]
        own = any(index == place for _, _, index in found)
        before_place = [number for number in filled if all(index < place for _, _, index in found[:number])]
        home = None
        if not own and before_place:
            home = before_place[-1]
        elif not own and place in self._answers:
            home = filled[0]
        for gap, number in gaps:
            if gap.strip():
                near = [self._lost[index][1].cell_type for _, _, index in found[max(0, number - 1) : number + 1]]
                is_text = cell.cell_type == "code" and "markdown" in near and parse(gap) is None
                cell_type = "markdown" if is_text else None
                pieces.append(_part(cell, gap, is_marked=number == home and place >= 0, cell_type=cell_type))
            if number < len(found):
                index = found[number][2]
                wanted, released = self._lost[index]
                pieces.append(_part(cell, wanted, is_marked=index == place, cell_type=released.cell_type))
        for _, _, index in found:
            del self._lost[index]
        return pieces

    def by_names(self, cell: NotebookNode) -> list[NotebookNode]:
        """Cut a cell of code before each answer to a further question that has no other; never in another order."""
        text = cell.source
        if cell.cell_type != "code" or not self._open or not self._left or len(text) > _MAX_CHARS:
            return [cell]
        place = self._places.get(grade_id(cell))
        seen = {self._open[each] for each in names.names_by_line(text) if each in self._open}
        if not seen - {place} or len(seen | {place} - {None}) < 2:
            return [cell]
        self._left -= 1
        groups: list[list[names.Chunk]] = [[]]
        current = place
        for chunk in names.chunks(text):
            owners = {self._open[each] for each in chunk.names if each in self._open}
            is_home = any(self._wanted.get(each) == current for each in chunk.names)
            if owners and not is_home and current not in owners:
                following = min(owners)
                if current is not None:
                    if following < current:
                        return [cell]
                    start = names.start_of_needed(groups[-1], chunk, self._wanted)
                    groups.append(groups[-1][start:])
                    del groups[-2][start:]
                current = following
            groups[-1].append(chunk)
        joined = ["\n".join(chunk.text for chunk in group).strip("\n") for group in groups]
        parts = [part for part in joined if part.strip()]
        if len(parts) < 2:
            return [cell]
        return [_part(cell, part, is_marked=number == 0) for number, part in enumerate(parts)]


def _apart(found: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Leave out what begins before the one before it has ended."""
    kept: list[tuple[int, int, int]] = []
    for each in found:
        if not kept or each[0] >= kept[-1][1]:
            kept.append(each)
    return kept


def _part(cell: NotebookNode, text: str, *, is_marked: bool, cell_type: str | None = None) -> NotebookNode:
    """Return a part of a cell; only one of them keeps mark and id."""
    part = NotebookNode(cell_type=cell_type or cell.cell_type, id="", metadata=NotebookNode(), source=text)
    if is_marked:
        part.id, part.metadata = cell.id, cell.metadata
        if "attachments" in cell:
            part.attachments = cell.attachments
    return part
