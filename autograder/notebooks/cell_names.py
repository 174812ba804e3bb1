"""What a cell's code makes, needs and changes of the names of its notebook, read from its syntax."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.notebooks.syntax import is_plain, parse

_GLOBAL_STATE = ("set_", "seed", "clear_", "enable_", "disable_", "register", "unregister", "patch", "reset_", "use_")
"""How functions are called that change what belongs to a module."""
_AT_ONCE = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})
"""Scopes whose code is run where it stands."""


@dataclass(frozen=True)
class CellNames:
    """The global names of one cell.

    Attributes
    ----------
    makes
        Names that are there, or hold something else, when the cell has run: assigned, defined, imported, deleted, or
        changed in place by a statement of the cell itself (``x[0] = 1``, ``x.append(1)``, ``x += 1``).
    holds
        Those of `makes` that it assigns a value to: no functions and classes of its own, and nothing imported.
    imports
        Those of `makes` that it imports.
    needs
        Names that it looks up, also inside functions that are called later.
    takes
        Those of `needs` that its own statements may look up before they have made them.
    later
        Those of `needs` that its functions and classes look up, whenever they are called.
    is_contained
        Whether nothing in it changes what is not its own: attributes of modules, names from inside functions, state
        that a library keeps (``np.random.seed``), or names that cannot be told (``from x import *``).
    """

    makes: frozenset[str]
    holds: frozenset[str]
    imports: frozenset[str]
    needs: frozenset[str]
    takes: frozenset[str]
    later: frozenset[str]
    is_contained: bool


def read_names(source: str) -> CellNames | None:
    """Return the names of a cell; None where it is not Python, and anything may happen in it."""
    tree = parse(source)
    if tree is None:
        return None
    try:
        table = symtable.symtable(source if is_plain(source) else ast.unparse(tree), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return None
    makes = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    makes |= {symbol.get_name() for inner in _inside(table) for symbol in inner.get_symbols() if _is_made(symbol)}
    needs = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    needs |= {symbol.get_name() for inner in _inside(table) for symbol in inner.get_symbols() if symbol.is_global()}
    makes |= set(_changed_in_place(tree))
    imported = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()}
    assigned = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()} - imported
    functions = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_namespace()}
    at_once, later = _looked_up(table)
    return CellNames(
        makes=frozenset(makes),
        holds=frozenset(assigned - functions),
        imports=frozenset(imported),
        needs=frozenset(needs),
        takes=frozenset((needs & at_once) - _made_first(tree)),
        later=frozenset(later),
        is_contained=_is_contained(tree, table, imported),
    )


def _inside(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield the tables of functions, classes and comprehensions, at any depth."""
    for child in table.get_children():
        yield child
        yield from _inside(child)


def _looked_up(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the names that are looked up when the cell runs, and those when its functions and classes are used."""
    at_once = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    later: set[str] = set()
    for inner in table.get_children():
        names = {
            symbol.get_name()
            for each in (inner, *_inside(inner))
            for symbol in each.get_symbols()
            if symbol.is_global()
        }
        (at_once if inner.get_name() in _AT_ONCE else later).update(names)
    return at_once, later


def _made_first(tree: ast.Module) -> set[str]:
    """Return the names that the cell's own statements make before they look them up."""
    made: dict[str, tuple[int, int]] = {}
    looked_up: dict[str, tuple[int, int]] = {}
    for statement in tree.body:
        for name, end in _made_by(statement):
            made.setdefault(name, end)
    for node in _top_level(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.AugAssign(target=ast.Name(id=name)):
                place = (node.lineno, node.col_offset)
                looked_up[name] = min(place, looked_up.get(name, place))
    return {name for name, end in made.items() if name not in looked_up or looked_up[name] > end}


def _made_by(statement: ast.stmt) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the names that a statement makes, and the place from which on they are there; a loop is taken to run."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            made: list[ast.expr] = [target for target in targets if _is_plain_target(target)]
        case ast.For(target=target, iter=value):
            made = [target]
        case ast.With(items=[ast.withitem(context_expr=value, optional_vars=ast.expr() as target)]):
            made = [target]
        case _:
            return
    for target in made:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, (value.end_lineno or value.lineno, value.end_col_offset or 0)


def _is_plain_target(target: ast.expr) -> bool:
    return isinstance(target, ast.Name | ast.Tuple | ast.List)


def _is_made(symbol: symtable.Symbol) -> bool:
    return symbol.is_declared_global() and (symbol.is_assigned() or symbol.is_imported())


def _changed_in_place(tree: ast.Module) -> Iterator[str]:
    """Yield the names whose object a statement at the top level changes."""
    for node in _top_level(tree):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield from _root(node)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function)):
                yield from _root(function)
            case ast.Name(id=name, ctx=ast.Del()):
                yield name


def _top_level(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes that are run with the cell: not those inside functions."""
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _top_level(child)


def _root(node: ast.expr) -> Iterator[str]:
    """Yield the name at the beginning of ``name.attribute[item].other``."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def _is_contained(tree: ast.Module, table: symtable.SymbolTable, imported: set[str]) -> bool:
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()} - imported
    for inner in _inside(table):
        if any(_is_made(symbol) for symbol in inner.get_symbols()):
            return False
        own |= {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_local() or symbol.is_parameter()}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                return False
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                if any(name not in own for name in _root(node)):
                    return False
            case ast.Call(func=ast.Attribute(attr=name) as function) if name.startswith(_GLOBAL_STATE):
                if any(root not in own for root in _root(function)):
                    return False
            case ast.Call(func=ast.Name(id="setattr" | "delattr" | "exec" | "eval" | "globals" | "vars")):
                return False
    return True
