"""The names that a cell's code defines, read from its text: student code is parsed, never run.

Code that does not parse, because it holds IPython's magics or a mistake, is read line by line instead.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator

_MAX_PARSED = 100_000  # characters; parsing costs some hundred bytes for each
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
_DEFINED = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, its magics left out; None where it does not parse."""
    if len(source) > _MAX_PARSED:
        return None
    for code in (source, _MAGIC.sub(r"\1pass", source)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a backslash in a student's string is no matter of ours
                return ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def defined_names(source: str) -> frozenset[str]:
    """Return the functions, classes and variables that a cell defines at its top level."""
    tree = parse(source)
    if tree is None:
        return frozenset(name for match in _DEFINED.finditer(source) for name in match.groups() if name)
    return frozenset(name for statement in _statements(tree.body) for name in _bound(statement))


def definitions(source: str, names: Collection[str]) -> str:
    """Return those statements of a cell that define one of the names; empty where none does or it does not parse."""
    tree = parse(source)
    if tree is None:
        return ""
    lines = source.split("\n")
    parts = []
    for statement in tree.body:
        if any(name in names for inner in _statements([statement]) for name in _bound(inner)):
            first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
            parts.append("\n".join(lines[first - 1 : statement.end_lineno]))
    return "\n\n".join(parts)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements, and those in the blocks of if, for, while, with and try, but not inside definitions."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for field in ("body", "orelse", "finalbody"):
            waiting.extend(reversed(getattr(statement, field, ())))
        for handler in getattr(statement, "handlers", ()):
            waiting.extend(reversed(handler.body))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that one statement defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            for target in targets:
                yield from (
                    each.id
                    for each in ast.walk(target)
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
                )
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
