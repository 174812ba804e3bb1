"""Stubs: what the release gives in place of an answer, and whether a student has touched it."""

from __future__ import annotations

import ast
import functools
import re

from nbformat import NotebookNode

from autograder.notebooks import cells, names
from autograder.notebooks.syntax import parse
from autograder.records import GradeId

_MAX_ADDED = 20_000  # characters; nobody adds so much white space and comment by accident
_ASKED_FOR = re.compile(r"`([^\W\d]\w*)` (?:to|=)")
_WORD = re.compile(r"[A-Za-z_]\w+")


def stub_sources(release: NotebookNode) -> dict[GradeId, str]:
    """Return the text that the release has in each cell for an answer, manual ones included."""
    return {name: cell.source for name, cell in cells.answers(release)}


def stub_names(name: GradeId, stub: str) -> frozenset[str]:
    """Return the names that the answer to a question has to define; the question's id is the best guess for none."""
    return told_names(stub) or frozenset({name})


@functools.lru_cache(maxsize=1024)
def told_names(stub: str) -> frozenset[str]:
    """Return the names that a stub tells: what it defines, or what its comments ask for (``# Set `pooled` to 3``)."""
    return names.defined_names(stub) or frozenset(_ASKED_FOR.findall(stub))


def untouched_answers(notebook: NotebookNode, release: NotebookNode) -> frozenset[GradeId]:
    """Return the questions whose answer, in a restored notebook, is as the release has it."""
    stubs = stub_sources(release)
    return frozenset(
        name
        for name, cell in cells.answers(notebook)
        if is_untouched(cell.source, stubs.get(name, ""), cell_type=cell.cell_type)
    )


def is_untouched(source: str, stub: str, *, cell_type: str = "code") -> bool:
    """Return whether an answer is still its stub, or less.

    White space does not count, and comments do not in code. A blank cell, or code without a statement that does
    anything, is no answer either.
    """
    if source == stub:
        return True
    if len(source) > len(stub) + _MAX_ADDED:
        return False
    if cell_type != "code":
        return source.split() in ([], stub.split())
    if all(line.partition("#")[0].strip() in ("", "pass", "...") for line in source.splitlines()):
        return True
    return not _has_new_word(source, stub) and _essence(source) in ("", _essence_of_stub(stub))


def _has_new_word(source: str, stub: str) -> bool:
    """Return whether code, comments aside, has a word that the stub lacks; saves parsing most answers."""
    known = _words_of_stub(stub)
    return any(word not in known for line in source.split("\n") for word in _WORD.findall(line.partition("#")[0]))


@functools.lru_cache(maxsize=1024)
def _words_of_stub(stub: str) -> frozenset[str]:
    return frozenset(_WORD.findall(stub))


@functools.lru_cache(maxsize=1024)
def _essence_of_stub(stub: str) -> str:
    return _essence(stub)


def _essence(source: str) -> str:
    """Return code without comments and layout; where it does not parse, its characters without white space."""
    tree = parse(source)
    if tree is None:
        lines = (line.strip() for line in source.splitlines())
        return "".join("".join(line.split()) for line in lines if not line.startswith("#"))
    magics = [line.strip() for line in source.splitlines() if line.lstrip()[:1] in ("%", "!", "?")]
    try:
        dumped = ast.dump(tree) if tree.body else ""
    except RecursionError:  # an expression nested some hundred deep was written by somebody
        return source
    return dumped + "\n".join(magics)
