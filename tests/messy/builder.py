"""Makes a mess of a notebook: steps from a right submission to what students hand in, and ways to write a file.

A notebook is plain data, as in its file. A step takes one and returns another; none changes what it was given.
"""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from notebooks import code, text

Notebook = dict[str, Any]
Cell = dict[str, Any]
Step = Callable[[Notebook], Notebook]
Where = str | int
"""A cell: the first that bears a mark, or its number."""


def mess(notebook: Notebook, *steps: Step) -> Notebook:
    """Return what the steps make of a notebook, one after the other."""
    return functools.reduce(lambda made, step: step(made), steps, notebook)


def step(change: Callable[[Notebook], object]) -> Step:
    """Return a function that changes notebooks as a step, which leaves them alone."""

    def apply(notebook: Notebook) -> Notebook:
        made = copy.deepcopy(notebook)
        change(made)
        return made

    return apply


def text_of(cell: Cell) -> str:
    """Return a cell's text, which a file has as a string or as lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def mark_of(cell: Cell) -> str | None:
    """Return the id that nbgrader gave to a cell."""
    marks = cell["metadata"].get("nbgrader")
    return marks.get("grade_id") if isinstance(marks, dict) else None


def number_of(notebook: Notebook, where: Where) -> int:
    """Return the number of a cell."""
    if isinstance(where, int):
        return where % len(notebook["cells"])
    return next(number for number, cell in enumerate(notebook["cells"]) if mark_of(cell) == where)


def cell_of(notebook: Notebook, where: Where) -> Cell:
    """Return a cell, to be read or changed."""
    cell: Cell = notebook["cells"][number_of(notebook, where)]
    return cell


def write(where: Where, source: str) -> Step:
    """Write another text into a cell."""
    return step(lambda notebook: cell_of(notebook, where).update(source=source))


def add(where: Where, source: str) -> Step:
    """Write further lines below those of a cell."""
    return step(lambda notebook: _extend(cell_of(notebook, where), source))


def put(where: Where, *cells: Cell) -> Step:
    """Put new cells before a cell."""
    return step(lambda notebook: _insert(notebook, number_of(notebook, where), cells))


def put_below(where: Where, *cells: Cell) -> Step:
    """Put new cells below a cell."""
    return step(lambda notebook: _insert(notebook, number_of(notebook, where) + 1, cells))


def run_first(*sources: str) -> Step:
    """Put code right below the unmarked cell that imports what everything needs."""
    return put_below(1, *map(code, sources))


def run_last(*sources: str) -> Step:
    """Put code at the end."""
    return step(lambda notebook: _insert(notebook, len(notebook["cells"]), map(code, sources)))


def words_below(where: Where, source: str) -> Step:
    """Put a cell of text below a cell."""
    return put_below(where, text(source))


def delete(*where: Where) -> Step:
    """Delete cells."""

    def change(notebook: Notebook) -> None:
        gone = {number_of(notebook, each) for each in where}
        notebook["cells"] = [cell for number, cell in enumerate(notebook["cells"]) if number not in gone]

    return step(change)


def copy_below(where: Where, below: Where | None = None, source: str | None = None) -> Step:
    """Put a copy of a cell below it, or below another one, mark included; with another text where one is given."""

    def change(notebook: Notebook) -> None:
        made = copy.deepcopy(cell_of(notebook, where))
        if source is not None:
            made["source"] = source
        _insert(notebook, number_of(notebook, where if below is None else below) + 1, [made])

    return step(change)


def split(where: Where, line: int, *, marks: str = "both") -> Step:
    """Split a cell before a line, counted from 0.

    `marks` says which parts keep its mark: ``both``, ``first``, ``second`` or ``none``.
    """

    def change(notebook: Notebook) -> None:
        number = number_of(notebook, where)
        first = notebook["cells"][number]
        lines = text_of(first).split("\n")
        second = copy.deepcopy(first)
        first["source"], second["source"] = "\n".join(lines[:line]), "\n".join(lines[line:])
        for part, keepers in ((first, ("both", "first")), (second, ("both", "second"))):
            if marks not in keepers:
                part["metadata"] = {}
        _insert(notebook, number + 1, [second])

    return step(change)


def merge(first: Where, count: int = 2, *, marks: str = "first", between: str = "\n\n") -> Step:
    """Merge a cell with those below it.

    `marks` says whose mark stays: that of the ``first``, of the ``last``, or ``none``.
    """

    def change(notebook: Notebook) -> None:
        start = number_of(notebook, first)
        cells = notebook["cells"][start : start + count]
        made = copy.deepcopy(cells[-1 if marks == "last" else 0])
        made["source"] = between.join(map(text_of, cells))
        notebook["cells"][start : start + count] = [made]
        if marks == "none":
            _replace(notebook, made)

    return step(change)


def retype(where: Where, cell_type: str) -> Step:
    """Give a cell another type."""

    def change(notebook: Notebook) -> None:
        cell = cell_of(notebook, where)
        cell["cell_type"] = cell_type
        if cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)

    return step(change)


def move(where: Where, before: Where) -> Step:
    """Move a cell before another one."""

    def change(notebook: Notebook) -> None:
        cells = notebook["cells"]
        cell, target = cell_of(notebook, where), cell_of(notebook, before)
        cells.pop(number_of(notebook, where))
        cells.insert(next(number for number, each in enumerate(cells) if each is target), cell)

    return step(change)


def arrange(order: Callable[[list[Cell]], list[Cell]]) -> Step:
    """Put the cells into another order."""
    return step(lambda notebook: notebook.update(cells=order(notebook["cells"])))


def rename(where: Where, name: str) -> Step:
    """Give a cell's mark another id."""
    return step(lambda notebook: cell_of(notebook, where)["metadata"]["nbgrader"].update(grade_id=name))


def unmark(*where: Where) -> Step:
    """Put new cells with the same texts in the place of cells: no mark is left, and no id."""

    def change(notebook: Notebook) -> None:
        for cell in [cell_of(notebook, each) for each in where]:
            _replace(notebook, cell)

    return step(change)


def each_cell(change: Callable[[Cell], object]) -> Step:
    """Change every cell."""
    return step(lambda notebook: [change(cell) for cell in notebook["cells"]])


def whole(change: Callable[[Notebook], object]) -> Step:
    """Change what stands around the cells."""
    return step(change)


def _extend(cell: Cell, source: str) -> None:
    cell["source"] = text_of(cell) + source


def _insert(notebook: Notebook, number: int, cells: Iterable[Cell]) -> None:
    """Insert copies of cells, with ids of their own."""
    for offset, cell in enumerate(cells):
        made = copy.deepcopy(cell)
        made["id"] = _new_id(notebook)
        notebook["cells"].insert(number + offset, made)


def _replace(notebook: Notebook, cell: Cell) -> None:
    """Make a cell one that was never marked."""
    cell["metadata"], cell["id"] = {}, _new_id(notebook)


def _new_id(notebook: Notebook) -> str:
    used = {cell.get("id") for cell in notebook["cells"]}
    return next(name for number in itertools.count(1) if (name := f"new-{number}") not in used)
