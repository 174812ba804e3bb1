"""Brings a submission back to the release's shape, and says what had to be put right.

The restored notebook has the release's cells in the release's order: locked cells and checks as they were released,
answers with the student's text, cells of the student's own where they stood. Nothing is fatal, each repair is
reported, and what was handed in is not changed.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.notebooks import cells
from autograder.notebooks.alignment import How, Match, align
from autograder.notebooks.cells import CellKind
from autograder.notebooks.stubs import stub_names
from autograder.records import GradeId, Repair

_TYPE_NAMES = {"code": "code", "markdown": "Markdown", "raw": "raw text"}


@dataclass(frozen=True)
class Restored:
    """A submission in the release's shape.

    `release_id` is the release that the student had, as their notebook says; empty where it does not.
    """

    notebook: NotebookNode
    repairs: tuple[Repair, ...]
    release_id: str


def restore(submitted: NotebookNode, release: NotebookNode) -> Restored:
    """Return a submission in the shape of a release.

    Parameters
    ----------
    submitted
        As `reading.read_notebook` returns it.
    release
        The student version of the assignment's notebook.
    """
    matches, own = align(submitted.cells, release.cells)
    repairs = [
        *_about_notebook(submitted, release, matches),
        *_about_order(matches, release),
        *(
            repair
            for index, cell in enumerate(release.cells)
            for repair in _about_cell(cell, matches.get(index), submitted.cells)
        ),
        *_about_plain_cells(matches, release),
    ]
    following = _followers(matches, own)
    restored = [_own_cell(submitted.cells[number]) for number in following[-1]]
    for index, cell in enumerate(release.cells):
        match = matches.get(index)
        restored.extend(_own_cell(submitted.cells[number]) for number in (match.earlier if match else ()))
        restored.append(_restored_cell(cell, match, submitted.cells))
        restored.extend(_own_cell(submitted.cells[number]) for number in following[index])
    _name_own_cells(restored, {cell.id for cell in release.cells})
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=copy.deepcopy(release.metadata), cells=restored)
    return Restored(notebook, tuple(repairs), cells.provenance(submitted)[1])


def _restored_cell(cell: NotebookNode, match: Match | None, given: list[NotebookNode]) -> NotebookNode:
    """Return a released cell, with the student's text where it is theirs to write."""
    result = copy.deepcopy(cell)
    if match is not None and not cells.kind(cell).is_locked:
        result.source = _given_text(match, given)
    if result.cell_type == "code":
        result.update(execution_count=None, outputs=[])
    return result


def _given_text(match: Match, given: list[NotebookNode]) -> str:
    if match.text is not None:
        return match.text
    separator = "\n" if match.was_split else "\n\n"
    return separator.join(given[number].source for number in match.given)


def _own_cell(cell: NotebookNode) -> NotebookNode:
    """Return a cell of the student's own, without marks; its id is given later."""
    result = NotebookNode(cell_type=cell.cell_type, id="", metadata=NotebookNode(), source=cell.source)
    if result.cell_type == "code":
        result.update(execution_count=None, outputs=[])
    return result


def _name_own_cells(restored: list[NotebookNode], used: set[str]) -> None:
    """Give the student's own cells ids that depend on nothing but their order."""
    number = 0
    for cell in restored:
        if not cell.id:
            number += 1
            while f"own-{number}" in used:
                number += 1
            cell.id = f"own-{number}"


def _followers(matches: dict[int, Match], own: set[int]) -> dict[int, list[int]]:
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


def _about_notebook(submitted: NotebookNode, release: NotebookNode, matches: dict[int, Match]) -> Iterator[Repair]:
    """Report what concerns the notebook as a whole."""
    assignment, release_id = cells.provenance(submitted)
    expected_assignment, expected_id = cells.provenance(release)
    if assignment and assignment != expected_assignment:
        yield Repair(kind="assignment", message=f"The notebook says that it belongs to the assignment `{assignment}`.")
    elif release_id and release_id != expected_id:
        yield Repair(
            kind="release",
            message="The notebook was made from another release of the assignment; it was brought to this one.",
        )
    if not matches:
        yield Repair(kind="assignment", message="None of the assignment's cells was found in the notebook.")
    if "orig_nbformat" in submitted.metadata:
        old = submitted.metadata.orig_nbformat
        yield Repair(kind="format", message=f"The notebook was in the old format {old}; it was converted to format 4.")
    language = submitted.metadata.get("language_info", {}).get("name", "python")
    if isinstance(language, str) and language.lower() not in ("python", "ipython"):
        yield Repair(kind="kernel", message="The notebook was saved for another language; it is run as Python.")


def _about_order(matches: dict[int, Match], release: NotebookNode) -> Iterator[Repair]:
    """Report that cells with a mark stood in another order than the release's."""
    places = [
        match.given[-1]
        for index, match in sorted(matches.items())
        if match.how is How.GRADE_ID and cells.kind(release.cells[index]) is not CellKind.PLAIN
    ]
    if places != sorted(places):
        yield Repair(kind="order", message="Cells stood in another order; they were put back into the release's.")


def _about_plain_cells(matches: dict[int, Match], release: NotebookNode) -> Iterator[Repair]:
    """Report unmarked cells of the release that the submission lacks."""
    missing = sum(
        index not in matches and cells.kind(cell) is CellKind.PLAIN and bool(cell.source.strip())
        for index, cell in enumerate(release.cells)
    )
    if missing:
        what = "One cell of the release was" if missing == 1 else f"{missing} cells of the release were"
        yield Repair(kind="missing", message=f"{what} missing, and put back.")


def _about_cell(cell: NotebookNode, match: Match | None, given: list[NotebookNode]) -> Iterator[Repair]:
    """Report what was wrong with one cell that has a mark."""
    kind, question = cells.kind(cell), cells.question(cell)
    if kind is CellKind.PLAIN or question is None:
        return
    if kind.is_answer:
        yield from (
            Repair(kind=what, message=message, grade_id=question)
            for what, message in _about_answer(cell, question, match, given)
        )
        return
    name = f"The check cell of `{question}`" if kind is CellKind.TEST else f"The locked cell `{question}`"
    if match is None:
        yield Repair(kind="missing", message=f"{name} was missing, and put back.", grade_id=question)
    elif any(given[number].source.split() != cell.source.split() for number in match.given):
        yield Repair(kind="changed", message=f"{name} was changed; the original is used.", grade_id=question)


def _about_answer(
    cell: NotebookNode, question: GradeId, match: Match | None, given: list[NotebookNode]
) -> Iterator[tuple[str, str]]:
    """Yield kind and message of what was wrong with one answer."""
    if match is None:
        yield "missing", f"The cell for `{question}` was missing; the one from the release stands in its place."
        return
    if match.how is How.ELSEWHERE:
        yield "found", f"The answer to `{question}` stood in another question's cell; it was taken from there."
        return
    if match.was_split:
        yield "joined", f"The cell for `{question}` had been split; its {len(match.given)} parts were joined."
    elif match.copies > 1:
        which = "the last one" if not match.earlier else "the last one that is filled in"
        yield "duplicate", f"There were {match.copies} cells for `{question}`; {which} counts."
    if match.how is How.NAMES:
        wanted = " or ".join(f"`{name}`" for name in sorted(stub_names(question, cell.source)))
        yield "found", f"The answer to `{question}` was in an unmarked cell; it was found because it defines {wanted}."
    elif match.how is not How.GRADE_ID:
        yield "found", f"The cell for `{question}` had lost its mark; it was found by {match.how}."
    types = {given[number].cell_type for number in match.given} - {cell.cell_type}
    if types and not (cell.cell_type == "markdown" and match.how is How.PLACE):
        old = " and ".join(sorted(_TYPE_NAMES[each] for each in types))
        yield "retyped", f"The cell for `{question}` had become {old}; it is {_TYPE_NAMES[cell.cell_type]} again."
    if any("attachments" in given[number] for number in match.given):
        yield "pictures", f"Pictures pasted into the answer to `{question}` are left out here; they are in the file."
