"""Says which answers are left when a notebook has run, by reading its code: what a check would find at its end.

It knows the right answers, and follows names through definitions, assignments and calls of methods. Code is read,
never run; a cell that is no Python does nothing, and one that raises at its top level ends there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from messy.course import CODE, DATA, SETUP

_LINE = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_NEEDS: Mapping[str, tuple[str, ...]] = {"conv_size": (), "scaled": ("np",), "tiny": ("keras",), "losses": ()}
"""What an answer looks up when it is called."""


def answered(sources: Iterable[str]) -> frozenset[str]:
    """Return the questions in code that a notebook answers rightly when its cells have run in this order."""
    found = _names(sources)
    return frozenset(
        name
        for name, needs in _NEEDS.items()
        if name in found and all(found.get(each) == _RIGHT[each] for each in (name, *needs))
    )


def _names(sources: Iterable[str]) -> dict[str, str]:
    """Return what each name stands for at the end, as text: equal texts are equal values."""
    known: dict[str, str] = {}
    for source in sources:
        try:
            body = ast.parse("" if source.startswith("%%bash") else _LINE.sub("pass", source)).body
        except SyntaxError:
            continue
        for statement in body:
            if _raises(statement):
                break
            _run(statement, known)
    return known


def _run(statement: ast.stmt, known: dict[str, str]) -> None:
    match statement:
        case ast.Import(names=names):
            known.update({each.asname or each.name: f"module {each.name}" for each in names})
        case ast.FunctionDef(name=name):
            known[name] = ast.dump(statement)
        case ast.Assign(targets=targets, value=value):
            meaning = _meaning(value, known)
            known.update({each.id: meaning for each in targets if isinstance(each, ast.Name)})
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            known[name] = _meaning(statement.value, known)


def _meaning(value: ast.expr, known: Mapping[str, str]) -> str:
    """Return an expression with what its names stand for."""
    names = sorted({each.id for each in ast.walk(value) if isinstance(each, ast.Name)})
    return ast.dump(value) + "".join(f" where {name} is ({known.get(name)})" for name in names)


def _raises(statement: ast.stmt) -> bool:
    divides = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp)
    return divides or isinstance(statement, ast.Raise)


_RIGHT = _names([SETUP, DATA, *CODE.values()])
