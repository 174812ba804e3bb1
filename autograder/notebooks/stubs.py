"""Stubs: what the release gives in place of an answer, and whether a student has touched it."""

from __future__ import annotations

import ast

from nbformat import NotebookNode

from autograder.notebooks import cells, names
from autograder.records import GradeId

_MAX_ADDED = 20_000  # characters; nobody adds so much white space and comment by accident


def stub_sources(release: NotebookNode) -> dict[GradeId, str]:
    """Return the text that the release has in each cell for an answer, manual ones included."""
    return {name: cell.source for name, cell in cells.answers(release)}


def stub_names(name: GradeId, stub: str) -> frozenset[str]:
    """Return the names that the answer to a question has to define, as far as the release tells.

    They are what its stub defines; where that is nothing, the question's own id is the best guess.
    """
    return names.defined_names(stub) or frozenset({name})


def is_untouched(source: str, stub: str, *, cell_type: str = "code") -> bool:
    """Return whether an answer is still its stub, or less.

    White space does not count, and comments do not in code. A blank cell, or code without a statement, is no answer
    either.
    """
    if len(source) > len(stub) + _MAX_ADDED:
        return False
    if cell_type != "code":
        return source.split() in ([], stub.split())
    return _essence(source) in ("", _essence(stub))


def _essence(source: str) -> str:
    """Return code without comments and layout; where it does not parse, its characters without white space."""
    tree = names.parse(source)
    if tree is None:
        lines = (line.strip() for line in source.splitlines())
        return "".join("".join(line.split()) for line in lines if not line.startswith("#"))
    magics = [line.strip() for line in source.splitlines() if line.lstrip()[:1] in ("%", "!", "?")]
    try:
        dumped = ast.dump(tree) if tree.body else ""
    except RecursionError:  # an expression nested some hundred deep was written by somebody
        return source
    return dumped + "\n".join(magics)
