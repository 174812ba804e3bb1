"""What is read off the syntax trees of notebooks and suites."""

from __future__ import annotations

import ast


def dotted(node: ast.expr) -> str:
    """Return a name with what it is looked up in: ``np.random.default_rng``."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def arguments(function: ast.FunctionDef) -> frozenset[str]:
    """Return the names of a function's arguments."""
    given = function.args
    return frozenset(each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))


def origins(tree: ast.AST) -> dict[str, str]:
    """Return what each imported name stands for: ``{"np": "numpy", "layers": "keras.layers"}``."""
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=imported):
                for alias in imported:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            case ast.ImportFrom(module=str(module), names=imported):
                for alias in imported:
                    found[alias.asname or alias.name] = f"{module}.{alias.name}"
    return found


def full_name(written: str, origins: dict[str, str]) -> str:
    """Return a dotted name as its module has it; empty where it does not begin with an imported name."""
    first, dot, rest = written.partition(".")
    return f"{origins[first]}{dot}{rest}" if first in origins else ""
