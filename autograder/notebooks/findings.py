"""What a submission's cells show that had to be put right: from a finished matching to repairs.

Nothing here changes or decides anything; the sentences are those of `repairs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.notebooks import cells
from autograder.notebooks import repairs as words
from autograder.notebooks.cells import CellKind
from autograder.notebooks.matching import How, Match
from autograder.notebooks.merged import Parts
from autograder.notebooks.stubs import stub_names
from autograder.records import GradeId, Repair


@dataclass(frozen=True)
class Given:
    """A submission beside a release: its cells, the merged ones apart, and which of them stands for which.

    `is_older` says that it was made from another release.
    """

    submitted: NotebookNode
    release: NotebookNode
    parts: Parts
    matches: Mapping[int, Match]
    own: frozenset[int]
    is_older: bool

    def is_old_text(self, match: Match) -> bool:
        """Return whether a match is, untouched, what another release had there."""
        return (
            self.is_older
            and match.text is None
            and bool(match.given)
            and all(cells.is_as_released(self.parts.cells[number]) for number in match.given)
        )

    def in_file(self, numbers: Iterable[int]) -> list[int]:
        """Return which cells of the file some cells come from."""
        return sorted({self.parts.origins[number] for number in numbers})


def repairs(given: Given) -> Iterator[Repair]:
    """Yield what was put right: for the notebook, then for each cell in the release's order."""
    yield from _of_notebook(given)
    yield from _of_order(given)
    for index, cell in enumerate(given.release.cells):
        kind, question = cells.kind(cell), cells.question(cell)
        if kind is CellKind.PLAIN or question is None:
            continue
        match = given.matches.get(index)
        if kind.is_answer:
            yield from _of_answer(given, index, question, match)
        else:
            yield from _of_locked(given, cell, question, match)
    yield from _of_plain_cells(given)
    yield from _of_gone_questions(given)


def whitespace(given: Given, question: GradeId | None, match: Match, what: str) -> Repair:
    """Return the repair of a text whose white space Python refuses."""
    return words.whitespace(question, what, given.in_file(_sources(match))[0])


def _sources(match: Match) -> list[int]:
    return match.given if match.source is None else [match.source]


def _of_notebook(given: Given) -> Iterator[Repair]:
    """Yield what concerns the notebook as a whole."""
    assignment, release_id = cells.provenance(given.submitted)
    expected_assignment, expected_id = cells.provenance(given.release)
    if assignment and assignment != expected_assignment:
        yield words.another_assignment(assignment, expected_assignment)
    elif given.is_older:
        old = sum(
            given.parts.cells[number].source.split() != given.release.cells[index].source.split()
            for index, match in given.matches.items()
            if given.is_old_text(match)
            for number in match.given[-1:]
        )
        yield words.another_release(release_id, expected_id, old)
    if not given.matches:
        yield words.nothing_found()
    language = _language(given.submitted)
    if language:
        yield words.kernel(language)


def _language(notebook: NotebookNode) -> str:
    """Return what a notebook was saved for; empty for Python 3, or where it does not say."""
    info, spec = notebook.metadata.get("language_info", {}), notebook.metadata.get("kernelspec", {})
    version = info.get("version")
    if (isinstance(version, str) and version.startswith("2.")) or spec.get("name") == "python2":
        return "Python 2"
    language = next((each for each in (info.get("name"), spec.get("language")) if isinstance(each, str)), "python")
    return "" if language.lower().startswith(("python", "ipython")) else language


def _of_order(given: Given) -> Iterator[Repair]:
    """Yield that cells with a mark stood in another order than the release's."""
    placed = [
        (match.given[-1], cells.grade_id(given.release.cells[index]) or "")
        for index, match in sorted(given.matches.items())
        if match.how is How.GRADE_ID and cells.kind(given.release.cells[index]) is not CellKind.PLAIN
    ]
    moved = []
    furthest = -1
    for number, name in placed:
        if number < furthest:
            moved.append(name)
        furthest = max(furthest, number)
    if moved:
        yield words.order(moved)


def _of_plain_cells(given: Given) -> Iterator[Repair]:
    """Yield that unmarked cells of the release are missing."""
    missing = sum(
        index not in given.matches and cells.kind(cell) is CellKind.PLAIN and bool(cell.source.strip())
        for index, cell in enumerate(given.release.cells)
    )
    if missing:
        yield words.missing_plain(missing)


def _of_gone_questions(given: Given) -> Iterator[Repair]:
    """Yield the answers to questions that another release had, and this one has not."""
    known = {cells.grade_id(cell) for cell in given.release.cells}
    for number in sorted(given.own) if given.is_older else ():
        cell = given.parts.cells[number]
        name = cells.grade_id(cell)
        if name is not None and name not in known and cells.kind(cell).is_answer and not cells.is_as_released(cell):
            yield words.gone_question(name, given.parts.origins[number])


def _of_locked(given: Given, cell: NotebookNode, question: GradeId, match: Match | None) -> Iterator[Repair]:
    """Yield what was wrong with one locked cell."""
    name = f"The check cell of `{question}`" if cells.kind(cell) is CellKind.TEST else f"The locked cell `{question}`"
    if match is None:
        if not (given.is_older and _is_new(given, question)):
            yield words.missing_locked(name, question)
        return
    was_cut = match.how is How.GRADE_ID and any(number in given.parts.cut for number in match.given)
    differs = any(given.parts.cells[number].source.split() != cell.source.split() for number in match.given)
    if was_cut or (differs and not given.is_old_text(match)):
        yield words.changed(name, question, given.in_file(match.given), has_kept=was_cut and not differs)


def _is_new(given: Given, question: GradeId) -> bool:
    """Return whether a submission has no cell at all that belongs to a question."""
    return not any(
        index in given.matches for index, cell in enumerate(given.release.cells) if cells.question(cell) == question
    )


def _of_answer(given: Given, index: int, question: GradeId, match: Match | None) -> Iterator[Repair]:
    """Yield what was wrong with one answer."""
    cell = given.release.cells[index]
    if match is None:
        is_new = given.is_older and _is_new(given, question)
        release_id = cells.provenance(given.submitted)[1]
        yield words.new_question(question, release_id) if is_new else words.missing_answer(question)
        return
    where = given.in_file(_sources(match))
    asked = stub_names(question, cell.source)
    if match.how is How.ELSEWHERE:
        yield words.found(question, match.how, asked, where)
        return
    was_cut = any(number in given.parts.cut for number in match.given)
    if was_cut:
        yield words.separated(question, where[0])
    if match.was_split:
        yield words.joined(question, given.in_file(match.given))
    elif match.copies > 1 and match.how is How.GRADE_ID:
        yield words.duplicate(question, match.copies, has_versions=bool(match.earlier), numbers=where)
    if match.how is not How.GRADE_ID and not (was_cut and match.how is How.NAMES):
        yield words.found(question, match.how, asked, where)
    types = {given.parts.cells[number].cell_type for number in match.given} - {cell.cell_type}
    if types and not (cell.cell_type == "markdown" and match.how is How.PLACE):
        yield words.retyped(question, types, cell.cell_type, where)
    if any("attachments" in given.parts.cells[number] for number in match.given):
        yield words.pictures(question, where)
