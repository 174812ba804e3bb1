"""What is said about each repair: a sentence for the student, and one for staff.

A sentence for a student says what was found and what counts now. The one for staff says where in the file it was,
and what told; cells are counted from 1, as the file has them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from autograder.notebooks.matching import How
from autograder.records import GradeId, Repair, RepairKind

_TYPE_NAMES = {"code": "code", "markdown": "Markdown", "raw": "raw text"}
_MAX_LISTED = 12


def another_assignment(name: str, expected: str) -> Repair:
    """Say that the notebook names another assignment."""
    return Repair(
        kind=RepairKind.ASSIGNMENT,
        message=f"The notebook says that it belongs to the assignment `{name}`.",
        staff_note=f"Its metadata name `{name}`; it was graded as `{expected}` all the same.",
    )


def nothing_found() -> Repair:
    """Say that no cell of the release was found."""
    return Repair(
        kind=RepairKind.ASSIGNMENT,
        message="None of the assignment's cells was found in the notebook.",
        staff_note="Look whether the right file was handed in: all its cells run before the untouched release.",
    )


def another_release(name: str, expected: str, num_old: int) -> Repair:
    """Say that the notebook was made from another release; `num_old` of its cells are as only that one had them."""
    return Repair(
        kind=RepairKind.RELEASE,
        message="The notebook was made from another release of the assignment; it was brought to this one.",
        staff_note=f"It was made from release `{name}`, this one is `{expected}`. "
        f"{_count(num_old, 'cell differs', 'cells differ')} between the two and came from this one.",
    )


def new_question(question: GradeId, release_id: str) -> Repair:
    """Say that a notebook of another release has neither answer nor checks of a question."""
    return Repair(
        kind=RepairKind.NEW,
        message=f"Your notebook was made from a release of the assignment that did not have the question `{question}`; "
        "it counts as not attempted.",
        staff_note=f"Neither the answer to `{question}` nor its checks are in the notebook of release `{release_id}`.",
        grade_id=question,
    )


def gone_question(name: str, number: int) -> Repair:
    """Say that a question was answered that the release does not have any more."""
    return Repair(
        kind=RepairKind.GONE,
        message=f"The question `{_short(name)}` is not in this release of the assignment any more; "
        "your answer to it is kept as a cell of your own, and is not graded.",
        staff_note=f"{_cells([number])} is marked as the answer to `{_short(name)}`, which the release does not have.",
    )


def old_format(major: int) -> Repair:
    """Say that the file was of an old format."""
    return Repair(
        kind=RepairKind.FORMAT,
        message=f"The notebook was in the old format {major}; it was converted to format 4.",
        staff_note=f"nbformat {major}; the cells of its worksheets were put one behind the other.",
    )


def odd_layout() -> Repair:
    """Say that the cells stood where the format that the file names has none."""
    return Repair(
        kind=RepairKind.FORMAT,
        message="The notebook's cells did not stand where its format has them; they were found all the same.",
        staff_note="`nbformat` names one layout and the file has the other: `cells` or `worksheets`.",
    )


def encoding(name: str) -> Repair:
    """Say that the file was not plain UTF-8."""
    return Repair(
        kind=RepairKind.ENCODING,
        message=f"The file was saved as {name}; notebooks are UTF-8. It was read as it was meant.",
        staff_note=f"The bytes are {name}. An editor that is not made for notebooks does that.",
    )


def kernel(found: str) -> Repair:
    """Say that the notebook was saved for something else than Python 3."""
    return Repair(
        kind=RepairKind.KERNEL,
        message=f"The notebook was saved for {_short(found)}; it is run with Python 3.",
        staff_note="Its kernel was replaced by the release's. Code of another language fails where it stands.",
    )


def damaged(reasons: Sequence[tuple[int, str]]) -> Repair:
    """Say that cells had no form of a cell; `reasons` has numbers from 0, and what was wrong."""
    which = _cells(number for number, _ in reasons)
    what = "; ".join(dict.fromkeys(reason for _, reason in reasons))
    return Repair(
        kind=RepairKind.DAMAGED,
        message=f"{_count(len({number for number, _ in reasons}), 'cell', 'cells')} of the file "
        "did not have the form of a cell; what could be read of it was kept.",
        staff_note=f"{which}: {what}.",
    )


def ids(numbers: Collection[int]) -> Repair:
    """Say that cells had no id, or that of an earlier cell."""
    return Repair(
        kind=RepairKind.IDS,
        message="Some cells had no id, or the same one as another cell; each has its own now.",
        staff_note=f"{_cells(numbers)}: an id was missing or used before. It has no part in grading.",
    )


def characters(found: dict[str, list[int]]) -> Repair:
    """Say that texts held characters that do not belong there; `found` has the cells by what it was."""
    what = " and ".join([", ".join([*found][:-1]), [*found][-1]] if len(found) > 1 else found)
    return Repair(
        kind=RepairKind.CHARACTERS,
        message=f"Some cells held {what}; they were taken out or replaced.",
        staff_note=" ".join(f"{what[0].upper()}{what[1:]}: {_cells(numbers)}." for what, numbers in found.items()),
    )


def whitespace(question: GradeId | None, what: str, number: int) -> Repair:
    """Say that code was put right that Python refuses for its white space alone."""
    where = f"The answer to `{question}`" if question else "A cell"
    return Repair(
        kind=RepairKind.WHITESPACE,
        message=f"{where} held {what}, which Python does not run; they were replaced by plain spaces.",
        staff_note=f"{_cells([number])} did not parse, and does with plain spaces. Nothing else was changed.",
        grade_id=question,
    )


def order(moved: Collection[str]) -> Repair:
    """Say that marked cells stood in another order."""
    return Repair(
        kind=RepairKind.ORDER,
        message="Cells stood in another order; they were put back into the release's.",
        staff_note=f"Out of order: {_names(moved)}.",
    )


def missing_plain(count: int) -> Repair:
    """Say that unmarked cells of the release were missing."""
    what = "One cell of the release was" if count == 1 else f"{count} cells of the release were"
    return Repair(
        kind=RepairKind.MISSING,
        message=f"{what} missing, and put back.",
        staff_note="They are cells without a mark: neither their ids, nor their texts, nor texts like them were found.",
    )


def missing_locked(name: str, question: GradeId) -> Repair:
    """Say that a locked cell was missing."""
    return Repair(
        kind=RepairKind.MISSING,
        message=f"{name} was missing, and put back.",
        staff_note="No cell has its mark, its id or its text.",
        grade_id=question,
    )


def missing_answer(question: GradeId) -> Repair:
    """Say that an answer was missing."""
    return Repair(
        kind=RepairKind.MISSING,
        message=f"The cell for `{question}` was missing; the one from the release stands in its place.",
        staff_note=f"No cell has its mark or its id, and none defines what `{question}` asks for.",
        grade_id=question,
    )


def changed(name: str, question: GradeId, numbers: Collection[int], *, has_kept: bool) -> Repair:
    """Say that a locked cell was edited; `has_kept` where what was added stands in a cell of its own."""
    kept = " What you added to it stands in a cell of its own." if has_kept else ""
    return Repair(
        kind=RepairKind.CHANGED,
        message=f"{name} was changed; the original is used.{kept}",
        staff_note=f"{_cells(numbers)} is not as it was released.",
        grade_id=question,
    )


def duplicate(question: GradeId, copies: int, *, has_versions: bool, numbers: Collection[int]) -> Repair:
    """Say that several cells bear the mark of one answer."""
    which = "the last one that is filled in" if has_versions else "the last one"
    return Repair(
        kind=RepairKind.DUPLICATE,
        message=f"There were {copies} cells for `{question}`; {which} counts.",
        staff_note=f"{_cells(numbers)} counts. Other versions run before it, copies and stubs do not.",
        grade_id=question,
    )


def joined(question: GradeId, numbers: Collection[int]) -> Repair:
    """Say that the cell of an answer was split."""
    return Repair(
        kind=RepairKind.JOINED,
        message=f"The cell for `{question}` had been split; its {len(numbers)} parts were joined.",
        staff_note=f"{_cells(numbers)} are the parts.",
        grade_id=question,
    )


def separated(question: GradeId, number: int) -> Repair:
    """Say that the cell of an answer was merged with other cells."""
    return Repair(
        kind=RepairKind.SEPARATED,
        message=f"The cell for `{question}` had been merged with cells around it; they were separated again.",
        staff_note=f"{_cells([number])} was cut where texts of the release, or other answers, stand in it.",
        grade_id=question,
    )


def retyped(question: GradeId, types: Iterable[str], cell_type: str, numbers: Collection[int]) -> Repair:
    """Say that the cell of an answer was of another type."""
    old = " and ".join(sorted(_TYPE_NAMES[each] for each in types))
    return Repair(
        kind=RepairKind.RETYPED,
        message=f"The cell for `{question}` had become {old}; it is {_TYPE_NAMES[cell_type]} again.",
        staff_note=f"{_cells(numbers)} was {old} in the file, so it did not run there as it does here.",
        grade_id=question,
    )


def found(question: GradeId, how: How, wanted: Collection[str], numbers: Collection[int]) -> Repair:
    """Say that an answer was not where its mark says."""
    names = " or ".join(f"`{name}`" for name in sorted(wanted))
    if how is How.ELSEWHERE:
        message = f"The answer to `{question}` stood in another question's cell; it was taken from there."
    elif how is How.NAMES:
        message = f"The answer to `{question}` was in an unmarked cell; it was found because it defines {names}."
    else:
        message = f"The cell for `{question}` had lost its mark; it was found by {how}."
    return Repair(
        kind=RepairKind.FOUND,
        message=message,
        staff_note=f"{_cells(numbers)}, found by {how}.",
        grade_id=question,
    )


def pictures(question: GradeId, numbers: Collection[int]) -> Repair:
    """Say that an answer had pictures attached."""
    return Repair(
        kind=RepairKind.PICTURES,
        message=f"Pictures pasted into the answer to `{question}` are left out here; they are in the file.",
        staff_note=f"{_cells(numbers)} has attachments: open the submitted file to see them.",
        grade_id=question,
    )


def _cells(numbers: Iterable[int]) -> str:
    """Name cells as a person counts them."""
    listed = [str(number + 1) for number in sorted(set(numbers))]
    if len(listed) > _MAX_LISTED:
        listed[_MAX_LISTED - 1 :] = [f"{len(listed) - _MAX_LISTED + 1} more"]
    return f"Cell {listed[0]}" if len(listed) == 1 else f"Cells {', '.join(listed[:-1])} and {listed[-1]}"


def _names(names: Collection[str]) -> str:
    listed = [f"`{name}`" for name in names]
    return ", ".join(listed[:_MAX_LISTED]) + (", …" if len(listed) > _MAX_LISTED else "")


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _short(text: str) -> str:
    """Return a name that a student chose, short and on one line."""
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= 60 else plain[:59] + "…"
