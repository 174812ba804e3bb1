"""Puts another piece of syntax in the place of one, in a copy."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Body = list[ast.stmt]
_FIELDS = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class Change:
    """A changed cell: what was done to it, and in which line."""

    operator: str
    line: int
    source: str


def replaced(tree: ast.Module, old: ast.AST, new: ast.AST) -> str:
    """Return the source of a tree in which `new` stands in the place of `old`, which is left as it is."""

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    return _unparsed(Replace().visit(_copy_but(tree, old)))


def with_body(tree: ast.Module, body: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> str:
    """Return the source of a tree in which other statements stand in the place of a body, found by identity."""
    first = body[0]
    copied = _copy_but(tree, *body)
    for owner in ast.walk(copied):
        for field in _FIELDS:
            statements = getattr(owner, field, None)
            if isinstance(statements, list) and statements and statements[0] is first:
                setattr(owner, field, list(new))
                return _unparsed(copied)
    raise ValueError("the body is not one of the tree")


def edited(tree: ast.Module, node: ast.AST, edit: Callable[..., object], *arguments: object) -> str:
    """Return the source of a tree in which ``edit(node, *arguments)`` was called, on a copy."""
    other = copy.deepcopy(node)
    edit(other, *arguments)
    return replaced(tree, node, other)


def bodies(tree: ast.AST) -> Iterator[Body]:
    """Yield the lists of statements of a tree."""
    for node in ast.walk(tree):
        for field in _FIELDS:
            statements = getattr(node, field, None)
            if isinstance(statements, list) and statements and isinstance(statements[0], ast.stmt):
                yield statements


def code_nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that are the answer's own: no docstrings, no parameters of the functions that were asked for."""
    given = {id(inner) for each in tree.body if isinstance(each, ast.FunctionDef) for inner in ast.walk(each.args)}
    docstrings = {id(body[0].value) for body in bodies(tree) if is_docstring(body[0])}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if id(node) not in given and id(node) not in docstrings:
            yield node


def is_docstring(statement: ast.stmt) -> bool:
    """Return whether a statement is a string alone."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def called(node: ast.AST) -> str:
    """Return the last part of the name of what a call calls; empty for anything else."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
    return ""


def is_layer(node: ast.AST) -> bool:
    """Return whether an expression makes a layer: a call of a name in camel case."""
    name = called(node)
    return name[:1].isupper() and name != "Input" and name not in ("Sequential", "Model")


def _copy_but(tree: ast.Module, *kept: ast.AST) -> ast.Module:
    return copy.deepcopy(tree, {id(node): node for node in kept})


def _unparsed(tree: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))
