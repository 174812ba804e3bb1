"""A small practical and a submission that answers all of it, for tests that damage it."""

from __future__ import annotations

import copy
import json

from nbformat import NotebookNode
from notebooks import answer, check, code, locked, make_notebook, manual, text

from autograder.notebooks import cells
from autograder.notebooks.restore import Restored, restore_file

STUBS = {
    "area": 'def area(width, height):\n    """Return it."""\n    # YOUR CODE HERE\n    raise NotImplementedError()',
    "total": "# YOUR CODE HERE\nraise NotImplementedError()",
    "grid": "rows = None\ncolumns = None",
}
ANSWERS = {
    "area": 'def area(width, height):\n    """Return it."""\n    return width * height',
    "total": "total = 1 + 2\n\nprint(total)",
    "grid": "rows = 3\ncolumns = 4",
}
WHY, BECAUSE = "YOUR ANSWER HERE", "# Because\nit is shared."


def release() -> NotebookNode:
    """Return a release with three questions in code and one in words."""
    return make_notebook(
        [
            text("# Practical"),
            code("import math"),
            locked("intro", "Read this first."),
            answer("area", STUBS["area"]),
            check("area", "assert callable(area)", points=2),
            text("Now the sum."),
            answer("total", STUBS["total"]),
            check("total", "", points=1),
            text("Why does it not matter?"),
            manual("why", WHY),
            text("And the grid."),
            answer("grid", STUBS["grid"]),
            check("grid", "assert rows", points=1),
        ],
        autograder={"assignment": "practical", "release_id": "aaaa"},
    )


def solved() -> list[NotebookNode]:
    """Return the cells of a notebook in which everything is answered."""
    found = copy.deepcopy(release().cells)
    for cell in found:
        name = cells.grade_id(cell)
        if name == "why":
            cell.source = BECAUSE
        elif name in ANSWERS:
            cell.source = ANSWERS[name]
    return found


def position(given: list[NotebookNode], name: str) -> int:
    """Return where the cell of that grade id stands."""
    return next(number for number, cell in enumerate(given) if cells.grade_id(cell) == name)


def copied(cell: NotebookNode, source: str | None = None) -> NotebookNode:
    """Return a copy of a cell with its mark and an id of its own, as JupyterLab makes one."""
    made = copy.deepcopy(cell)
    made.id = f"{cell.id}-copy"
    made.source = cell.source if source is None else source
    return made


def restored(given: list[NotebookNode], **metadata: object) -> Restored:
    """Return what `restore` makes of these cells, read from a file as a submission is."""
    notebook = make_notebook([], **{"autograder": {"assignment": "practical", "release_id": "aaaa"}, **metadata})
    notebook.cells = given
    return restore_file(json.dumps(notebook).encode(), release())


def answers_of(result: Restored) -> dict[str, str]:
    """Return the restored answers by question."""
    return {name: cell.source for name, cell in cells.answers(result.notebook)}


def said(result: Restored) -> list[tuple[str, str | None]]:
    """Return kind and question of each repair."""
    return [(repair.kind, repair.grade_id) for repair in result.repairs]


ALL = {**ANSWERS, "why": BECAUSE}
