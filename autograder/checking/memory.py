"""What a notebook had only in its student's session, told from a run of it from top to bottom.

A cell that raised here and not there, a name that no cell defines any more, or that a cell further down does. Names
are looked up in the notebook that has run, so nothing is said of one that is there after all.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from autograder.checking.findings import Remark, RemarkKind
from autograder.checking.order import SavedCell, excerpt
from autograder.notebooks.syntax import parse
from autograder.records import CellRun, CellStatus
from autograder.sandbox.session import Cell

_NAME_ERROR = re.compile(r"NameError: name '(\w+)' is not defined")
_GIVEN = frozenset(dir(builtins)) | {"display", "get_ipython", "exit", "quit", "In", "Out", "__file__"}
_STUB = "this is the stub"
_REASONS = {
    "FileNotFoundError": "it reads a file that is not the assignment's",
    "ModuleNotFoundError": "it imports a package that the course does not use",
    "while a notebook is graded": "it asks for what is not there while a notebook is graded",
}
"""By what an error says: why it was not raised on a student's own machine."""
_LEFT_OVER = "what it needs was in memory then, and is not when all cells are run from top to bottom"


@dataclass(frozen=True)
class Names:
    """Global names of a cell: those that it defines, and those that its functions and classes look up."""

    defined: frozenset[str] = frozenset()
    used_inside: frozenset[str] = frozenset()


def remarks(
    cells: Sequence[Cell],
    runs: Sequence[CellRun],
    saved: Sequence[SavedCell],
    is_defined: Callable[[str], bool],
    released: Collection[str] = (),
) -> Iterator[Remark]:
    """Yield what was there in the student's session alone.

    Parameters
    ----------
    cells, runs
        The cells of the restored notebook and how each ran, in one order.
    saved
        How they were saved.
    is_defined
        Whether the notebook that has run defines a name.
    released
        Texts of cells that students get: what these miss is an answer that is not there yet.
    """
    names = [names_of(cell.source) for cell in cells]
    told: set[str] = set()
    for place, (cell, run) in enumerate(zip(cells, runs, strict=True)):
        found = _NAME_ERROR.search(run.message)
        if found is not None:
            name = found[1]
            is_above = any(name in each.defined for each in names[: place + 1])  # then an error there is to blame
            using = next((at for at, each in enumerate(names) if name in each.used_inside), place)
            user = cell if re.search(rf"\b{name}\b", cell.source) else cells[using]
            if name not in told and not is_above and user.source not in released:
                told.add(name)
                yield _missing(name, user, [cells[at] for at in _defining(name, names) if at > place])
        elif run.status is CellStatus.RAISED and _STUB not in run.message and _went_well(cell, saved):
            yield _state(f"The cell {excerpt(cell.source)} raises here, and did not when it was saved: {_why(run)}.")
    defined = frozenset[str]().union(*(each.defined for each in names))
    for cell, each in zip(cells, names, strict=True):
        for name in sorted(each.used_inside - defined - _GIVEN - told):
            if cell.source not in released and not is_defined(name):
                told.add(name)
                yield _missing(name, cell, [])


def names_of(source: str) -> Names:
    """Return the names of a cell; none where it does not parse."""
    tree = parse(source)
    if tree is None:
        return Names()
    try:
        top = symtable.symtable(ast.unparse(tree), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names()
    inside = [symbol for table in _inner(top) for symbol in table.get_symbols() if symbol.is_global()]
    defining = [symbol for symbol in (*top.get_symbols(), *inside) if symbol.is_assigned() or symbol.is_imported()]
    return Names(
        frozenset(symbol.get_name() for symbol in defining),
        frozenset(symbol.get_name() for symbol in inside if symbol.is_referenced()),
    )


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield the scopes of functions and classes in a scope, at any depth."""
    for inner in table.get_children():
        yield inner
        yield from _inner(inner)


def _defining(name: str, names: Sequence[Names]) -> Iterator[int]:
    return (place for place, each in enumerate(names) if name in each.defined)


def _went_well(cell: Cell, saved: Sequence[SavedCell]) -> bool:
    """Return whether a cell of this text was saved as run, without an error."""
    return any(
        each.count is not None and not each.has_error and each.source.strip() == cell.source.strip() for each in saved
    )


def _why(run: CellRun) -> str:
    said = "\n".join((run.message, *run.notes))
    return next((why for sign, why in _REASONS.items() if sign in said), _LEFT_OVER)


def _missing(name: str, cell: Cell, below: Sequence[Cell]) -> Remark:
    if below:
        return _state(
            f"`{name}` is used in the cell {excerpt(cell.source)}, but the cell that defines it, "
            f"{excerpt(below[0].source)}, stands further down: move it up."
        )
    return _state(
        f"`{name}` is used in the cell {excerpt(cell.source)}, but no cell defines it: the one that did is gone, "
        "was changed, or is not filled in yet."
    )


def _state(message: str) -> Remark:
    return Remark(kind=RemarkKind.STATE, message=message)
