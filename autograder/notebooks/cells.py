"""What nbgrader's metadata (schema 3) says about a cell, and the names that this package gives to it.

Each function takes any cell, also one whose metadata a student has mangled, and never raises for it.

===================  =====  ========  ======  ====  ======
kind of cell         grade  solution  locked  task  points
===================  =====  ========  ======  ====  ======
`CellKind.SOLUTION`  no     yes       no      no
`CellKind.TEST`      yes    no        yes     no    yes
`CellKind.MANUAL`    yes    yes       no      no    yes
`CellKind.TASK`      no     no        yes     yes   yes
`CellKind.LOCKED`    no     no        yes     no
===================  =====  ========  ======  ====  ======
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from enum import StrEnum

import nbformat
from nbformat import NotebookNode

from autograder.records import GradeId

SCHEMA_VERSION = 3
TEST_PREFIX = "test_"
"""The grade cell of question ``X`` is named ``test_X``."""
METADATA_KEY = "autograder"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class CellKind(StrEnum):
    """What a cell is for, in nbgrader's terms."""

    SOLUTION = "autograded answer"
    TEST = "autograder tests"
    MANUAL = "manually graded answer"
    TASK = "manually graded task"
    LOCKED = "read-only"
    PLAIN = "plain"

    @property
    def is_answer(self) -> bool:
        """Whether a student writes in it and is graded for it."""
        return self in (CellKind.SOLUTION, CellKind.MANUAL)

    @property
    def is_locked(self) -> bool:
        """Whether it is the same in every notebook."""
        return self in (CellKind.TEST, CellKind.LOCKED, CellKind.TASK)


def _nbgrader(cell: NotebookNode) -> dict[str, object]:
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def kind(cell: NotebookNode) -> CellKind:
    """Return what the cell is for."""
    flags = _nbgrader(cell)
    grade, solution = flags.get("grade") is True, flags.get("solution") is True
    if solution:
        return CellKind.MANUAL if grade else CellKind.SOLUTION
    if grade:
        return CellKind.TEST
    if flags.get("task") is True:
        return CellKind.TASK
    return CellKind.LOCKED if flags.get("locked") is True else CellKind.PLAIN


def grade_id(cell: NotebookNode) -> GradeId | None:
    """Return nbgrader's id of the cell; None where it has none."""
    found = _nbgrader(cell).get("grade_id")
    return GradeId(found) if isinstance(found, str) and found else None


def question(cell: NotebookNode) -> GradeId | None:
    """Return the question that the cell belongs to: ``X`` for the answer ``X`` and for its grade cell ``test_X``."""
    name = grade_id(cell)
    if name is not None and kind(cell) is CellKind.TEST:
        return GradeId(name.removeprefix(TEST_PREFIX))
    return name


def points(cell: NotebookNode) -> float:
    """Return what a grade cell is worth; 0 where it says nothing that could be a number of points."""
    found = _nbgrader(cell).get("points")
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found) or found < 0:
        return 0.0
    return float(found)


def is_as_released(cell: NotebookNode) -> bool:
    """Return whether a cell is as its own release had it, whichever that was: nbgrader's checksum tells."""
    flags = _nbgrader(cell)
    parts = [cell.source, cell.cell_type, *(str(flags.get(name) is True) for name in ("grade", "solution"))]
    parts += [str(kind(cell).is_locked), str(flags.get("grade_id"))]
    if flags.get("grade") is True:
        parts.append(str(float(points(cell))))
    digest = hashlib.md5("".join(parts).encode("utf-8", "replace"), usedforsecurity=False)
    return flags.get("checksum") == digest.hexdigest()


def question_points(notebook: NotebookNode) -> dict[GradeId, float]:
    """Return what each question of a release is worth, in the notebook's order."""
    return {
        name: points(cell)
        for cell in notebook.cells
        if kind(cell) in (CellKind.TEST, CellKind.MANUAL) and (name := question(cell)) is not None
    }


def code_sources(notebook: NotebookNode) -> dict[int, str]:
    """Return the code of the cells that have any, by their index."""
    return {
        index: cell.source
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    }


def answers(notebook: NotebookNode) -> Iterable[tuple[GradeId, NotebookNode]]:
    """Yield the cells that a student answers in, with their ids."""
    for cell in notebook.cells:
        name = grade_id(cell)
        if name is not None and kind(cell).is_answer:
            yield name, cell


def provenance(notebook: NotebookNode) -> tuple[str, str]:
    """Return the assignment and the release id that a notebook says it comes from.

    Each is empty where the notebook says nothing, or something that can be no such name.
    """
    metadata = notebook.get("metadata")
    found = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    if not isinstance(found, dict):
        return "", ""
    return _plain(found.get("assignment")), _plain(found.get("release_id"))


def _plain(value: object) -> str:
    return value if isinstance(value, str) and _PLAIN_NAME.fullmatch(value) else ""


def to_bytes(notebook: NotebookNode) -> bytes:
    """Return the notebook as a file: the same bytes for equal notebooks, laid out as Jupyter does."""
    text: str = nbformat.writes(notebook)
    return text.removesuffix("\n").encode() + b"\n"
