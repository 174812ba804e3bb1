"""Brings a submission back to the release's shape, and says what had to be put right.

The restored notebook has the release's cells in the release's order: locked cells and checks as they were released,
answers with the student's text, cells of the student's own where they stood. Nothing is fatal, each repair is
reported, and what was handed in is not changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode

from autograder.notebooks import cells, findings, merged
from autograder.notebooks.alignment import align
from autograder.notebooks.findings import Given
from autograder.notebooks.matching import Match
from autograder.notebooks.reading import read
from autograder.notebooks.syntax import mended
from autograder.records import GradeId, Repair

_MAX_MENDED = 1_000_000  # characters of cells with odd white space that are looked at


@dataclass(frozen=True)
class Restored:
    """A submission in the release's shape.

    `release_id` is the release that the student had, as their notebook says; empty where it does not.
    """

    notebook: NotebookNode
    repairs: tuple[Repair, ...]
    release_id: str


def restore_file(data: bytes, release: NotebookNode) -> Restored:
    """Return the submission that a file holds, in the shape of a release.

    Raises
    ------
    SubmissionError
        If the bytes are not a notebook; see `reading.read`.
    """
    reading = read(data)
    restored = restore(reading.notebook, release)
    return replace(restored, repairs=(*reading.repairs, *restored.repairs))


def restore(submitted: NotebookNode, release: NotebookNode) -> Restored:
    """Return a submission in the shape of a release.

    Parameters
    ----------
    submitted
        As `reading.read` returns it; what had to be put right to read it is not in the repairs here.
    release
        The student version of the assignment's notebook.
    """
    release_id = cells.provenance(submitted)[1]
    is_older = bool(release_id) and release_id != cells.provenance(release)[1]
    parts = merged.separate(submitted.cells, release.cells, is_older=is_older)
    matches, own = align(parts.cells, release.cells, is_older=is_older)
    given = Given(submitted, release, parts, matches, own, is_older=is_older)
    made = _Notebook(release.cells, given)
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=_copied(release.metadata), cells=made.cells())
    return Restored(notebook, (*findings.repairs(given), *made.repairs), release_id)


class _Notebook:
    """Puts the cells of a restored notebook one behind the other."""

    def __init__(self, released: Sequence[NotebookNode], given: Given) -> None:
        self._released = released
        self._given = given
        self._unread = _MAX_MENDED
        self.repairs: list[Repair] = []

    def cells(self) -> list[NotebookNode]:
        """Return the cells; what has to be put right in their texts is in `repairs` then."""
        following = _followers(self._given.matches, self._given.own)
        made = [self._own_cell(number) for number in following[-1]]
        for index, cell in enumerate(self._released):
            match = self._given.matches.get(index)
            made.extend(self._own_cell(number) for number in (match.earlier if match else ()))
            made.append(self._released_cell(cell, match))
            made.extend(self._own_cell(number) for number in following[index])
        _name_own_cells(made, {cell.id for cell in self._released})
        return made

    def _released_cell(self, cell: NotebookNode, match: Match | None) -> NotebookNode:
        """Return a released cell, with the student's text where it is theirs to write."""
        result: NotebookNode = _copied(cell)
        if match is not None and not cells.kind(cell).is_locked and not self._given.is_old_text(match):
            result.source = self._runnable(self._text_of(match), cell.cell_type, cells.question(cell), match)
        if result.cell_type == "code":
            result.update(execution_count=None, outputs=[])
        return result

    def _text_of(self, match: Match) -> str:
        if match.text is not None:
            return match.text
        separator = "\n" if match.was_split else "\n\n"
        return separator.join(self._given.parts.cells[number].source for number in match.given)

    def _own_cell(self, number: int) -> NotebookNode:
        """Return a cell of the student's own, without marks; its id is given later."""
        cell = self._given.parts.cells[number]
        source = self._runnable(cell.source, cell.cell_type, None, Match([number]))
        result = NotebookNode(cell_type=cell.cell_type, id="", metadata=NotebookNode(), source=source)
        if result.cell_type == "code":
            result.update(execution_count=None, outputs=[])
        return result

    def _runnable(self, text: str, cell_type: str, question: GradeId | None, match: Match) -> str:
        """Return a text with plain white space where Python would not run it else."""
        self._unread -= 0 if text.isascii() and "\t" not in text else len(text)
        found = mended(text) if cell_type == "code" and self._unread > 0 else None
        if found is None:
            return text
        self.repairs.append(findings.whitespace(self._given, question, match, found[1]))
        return found[0]


def _name_own_cells(made: list[NotebookNode], used: set[str]) -> None:
    """Give the student's own cells ids that depend on nothing but their order."""
    number = 0
    for cell in made:
        if not cell.id:
            number += 1
            while f"own-{number}" in used:
                number += 1
            cell.id = f"own-{number}"


def _followers(matches: Mapping[int, Match], own: frozenset[int]) -> dict[int, list[int]]:
    """Return the student's own cells by the released cell after which they stand; -1 for those before all."""
    anchors = {
        number: index for index, match in matches.items() if match.in_place for number in (*match.given, *match.earlier)
    }
    following: dict[int, list[int]] = defaultdict(list)
    last = -1
    for number in range(max((*anchors, *own), default=-1) + 1):
        last = anchors.get(number, last)
        if number in own:
            following[last].append(number)
    return following


def _copied(value: Any) -> Any:
    """Return a copy of what a notebook holds; `copy.deepcopy` takes ten times as long."""
    if isinstance(value, dict):
        return NotebookNode({name: _copied(each) for name, each in value.items()})
    return [_copied(each) for each in value] if isinstance(value, list) else value
