"""A hash of each check of a suite: whoever edits one check need not ask the others again.

A check is what its function says, what that can reach in the suite's folder (helpers, fixtures, other modules, all
statements of its module that are run when it is imported), its marks, and the checks that it needs. Comments and the
layout of the code are no part of it.

What a function reaches is found by name. A string that is the name of a fixture or a helper counts as the name, so
``usefixtures("model")`` and ``getfixturevalue("model")`` are seen.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from autograder.records import CheckId
from autograder.suite.plugin import Check

_Part = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def check_digests(folder: Path, checks: Mapping[CheckId, Check]) -> dict[CheckId, str]:
    """Return a hash of each check.

    Parameters
    ----------
    folder
        The suite's.
    checks
        As they were collected from it.
    """
    sources = {path: path.read_text("utf-8") for path in sorted(folder.resolve().rglob("*.py"))}
    modules = {path: _Module(sources[path]) for path in {check.path.resolve() for check in checks.values()}}
    others = {path: _mentioned(path, sources) for path in modules}
    own = {}
    for name, check in checks.items():
        said = [name, check.question, check.question_title, check.title, check.points, check.hint, *check.needs]
        path = check.path.resolve()
        own[name] = _hash([json.dumps(said), *modules[path].code(_function(check)), *others[path]])
    return {name: _hash([own[name], *(own[each] for each in sorted(_needed(name, checks)))]) for name in checks}


def with_needs(names: Iterable[CheckId], checks: Mapping[CheckId, Check]) -> frozenset[CheckId]:
    """Return checks with all that they depend on."""
    return frozenset(names).union(*(_needed(name, checks) for name in names))


def with_dependents(names: Collection[CheckId], checks: Mapping[CheckId, Check]) -> frozenset[CheckId]:
    """Return checks with all that depend on them."""
    return frozenset(name for name in checks if name in names or not _needed(name, checks).isdisjoint(names))


def whole(names: Iterable[CheckId], checks: Mapping[CheckId, Check]) -> frozenset[CheckId]:
    """Return those of some checks that depend on no others."""
    found = frozenset(names)
    return frozenset(name for name in found if _needed(name, checks) <= found)


def _needed(name: CheckId, checks: Mapping[CheckId, Check]) -> frozenset[CheckId]:
    found: set[CheckId] = set()
    front = set(checks[name].needs)
    while front:
        found |= front
        front = {need for each in front for need in checks[each].needs} - found
    return frozenset(found)


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]


def _function(check: Check) -> str:
    """Return the name of a check's function; one of several parameters has them in brackets behind its name."""
    return "test_" + check.id.removeprefix(f"{check.question}.").partition("[")[0]


def _mentioned(path: Path, sources: Mapping[Path, str]) -> list[str]:
    """Return the text of other modules in the folder that a module names, and of those that these name."""
    found: dict[Path, str] = {}
    front = [path]
    while front:
        text = sources[front.pop()]
        for other, source in sources.items():
            if other not in found and other != path and re.search(rf"\b{re.escape(other.stem)}\b", text):
                found[other] = source
                front.append(other)
    return [found[each] for each in sorted(found)]


class _Module:
    """A file of a suite: its functions and classes by name, and what is run when it is imported."""

    def __init__(self, source: str) -> None:
        self._parts: dict[str, list[_Part]] = {}
        self._always: list[ast.stmt] = []
        statements = ast.parse(source).body
        assigned = {name for statement in statements for name in _assigned(statement)}
        for statement in statements:
            if not isinstance(statement, _Part):
                self._always.append(statement)
                continue
            for name in _names(statement):
                self._parts.setdefault(name, []).append(statement)
            if any("autouse" in ast.dump(each) for each in statement.decorator_list):
                self._always.append(statement)
        mine = assigned | self._parts.keys()
        for statement in (each for each in statements if isinstance(each, _Part)):
            # What decorators and defaults ask of the module's own values may change these for others.
            self._always += [
                ast.Expr(each) for each in _run_at_import(statement) if not mine.isdisjoint(_names_in(each))
            ]

    def code(self, function: str) -> list[str]:
        """Return all that a function depends on, as text without comments."""
        used: dict[int, ast.stmt] = {}
        front: list[ast.stmt] = [*self._parts.get(function, ()), *self._always]
        while front:
            statement = front.pop()
            if id(statement) not in used:
                used[id(statement)] = statement
                front.extend(part for name in _uses(statement) for part in self._parts.get(name, ()))
        return sorted(ast.dump(each) for each in used.values())


def _names(part: _Part) -> Iterator[str]:
    """Yield the names under which a function or class is asked for; a fixture may have another than its function."""
    yield part.name
    for decorator in part.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.keyword) and node.arg == "name" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


def _run_at_import(part: _Part) -> Iterator[ast.expr]:
    yield from part.decorator_list
    if not isinstance(part, ast.ClassDef):
        yield from part.args.defaults
        yield from (each for each in part.args.kw_defaults if each is not None)


def _assigned(statement: ast.stmt) -> set[str]:
    if isinstance(statement, _Part):
        return set()
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _uses(node: ast.AST) -> set[str]:
    """Return the names in a piece of code, those in strings among them: parametrize takes several, with commas."""
    strings = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))
    return _names_in(node) | {word.strip() for text in strings for word in text.split(",")}


def _names_in(node: ast.AST) -> set[str]:
    """Return the names in a piece of code, those of parameters among them."""
    found: set[str] = set()
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) | ast.arg(arg=name):
                found.add(name)
    return found
