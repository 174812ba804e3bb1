"""Which names of a notebook each check of a suite asks for, read from its syntax.

A check asks by a string: ``submission.call("area", ...)``. Such strings are looked for in its function and in whatever
else of the module that uses: fixtures, helpers, constants. Where the name is no plain string, every string in there may
be one. A check that gives `submission` away, or has students' code judged by name, may ask for anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from autograder.records import CheckId
from autograder.suite.plugin import Check

EVERYTHING = "*"
"""The name that a check asks for which may ask for any."""
TEXT = "#"
"""The name that a check asks for which looks at the text of a question that it asks for."""
_GIVEN = "submission"
_REFERENCES = frozenset({"build", "make", "ref"})
_NAMELESS = frozenset({"build"})
_Function = ast.FunctionDef | ast.Lambda


def read_mentions(checks: Mapping[CheckId, Check]) -> dict[CheckId, frozenset[str]]:
    """Return for each check the names that it may ask for."""
    modules = {path: _Module(path.read_text()) for path in {check.path for check in checks.values()}}
    return {name: modules[check.path].names(_function(name, check)) for name, check in checks.items()}


def _function(name: CheckId, check: Check) -> str:
    """Return the function of a check; one of several parameters has them in brackets behind its name."""
    return "test_" + name.removeprefix(f"{check.question}.").partition("[")[0]


class _Module:
    """A file of a suite: its top-level statements by the names that they define."""

    def __init__(self, source: str) -> None:
        self._parts: dict[str, list[ast.stmt]] = {}
        self._always: list[ast.stmt] = []  # what no name leads to, and fixtures that nobody has to name
        self._imported: set[str] = set()
        for statement in ast.parse(source).body:
            match statement:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    self._parts.setdefault(name, []).append(statement)
                    if any("autouse" in ast.dump(each) for each in statement.decorator_list):
                        self._always.append(statement)
                case ast.Assign() | ast.AnnAssign():
                    for node in ast.walk(statement):
                        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                            self._parts.setdefault(node.id, []).append(statement)
                case ast.Import(names=names) | ast.ImportFrom(names=names):
                    self._imported.update(each.asname or each.name for each in names)
                case ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    self._always.append(statement)

    def names(self, function: str) -> frozenset[str]:
        """Return the names that a function and all that it uses may ask for."""
        statements = self._used_by([*self._parts.get(function, ()), *self._always])
        asked = {name for statement in statements for name in self._asked(statement)}
        found = {name for name in asked if name is not None}
        if None in asked:
            found |= {word for each in statements for word in _strings(each)}
        return frozenset(found)

    def _used_by(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        used: dict[int, ast.stmt] = {}
        while statements:
            statement = statements.pop()
            if id(statement) in used:
                continue
            used[id(statement)] = statement
            for node in ast.walk(statement):
                match node:
                    case ast.Name(id=name) | ast.arg(arg=name):
                        statements.extend(self._parts.get(name, ()))
        return list(used.values())

    def _asked(self, statement: ast.stmt) -> Iterator[str | None]:
        """Yield the names that a statement asks for; None where one is no plain string."""
        references = _references(statement)
        known: set[ast.expr] = set()  # places in which `submission` is used in a way that is understood
        for node in ast.walk(statement):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="submission") as given, attr=method)):
                    known.add(given)
                    if method == "source":
                        yield TEXT
                    first = next(iter([*node.args, *(each.value for each in node.keywords)]), None)
                    match first:
                        case ast.Constant(value=str(name)) if method not in _NAMELESS:
                            yield name
                        case ast.Name(id=name) if name in references or method in _NAMELESS:
                            pass
                        case _ if method not in _NAMELESS:
                            yield None
                case ast.Call(func=ast.Name(id=name), args=arguments):
                    known.update(self._handed_on(name, arguments))
                case ast.arg(arg=name) if name == "evaluate" or name in self._imported:
                    yield EVERYTHING  # a fixture of another module asks for what is not seen here
        uses = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == _GIVEN]
        if any(node not in known for node in uses):
            yield EVERYTHING

    def _handed_on(self, function: str, arguments: list[ast.expr]) -> Iterator[ast.expr]:
        """Yield the arguments in which a helper gets `submission` under that name."""
        for part in self._parts.get(function, ()):
            if isinstance(part, ast.FunctionDef):
                for argument, parameter in zip(arguments, part.args.args, strict=False):
                    if parameter.arg == _GIVEN:
                        yield argument


def _references(statement: ast.stmt) -> set[str]:
    """Return the variables that hold a reference and nothing else: no name can come out of them."""
    holds: dict[str, list[bool]] = {}
    parameters = {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
    for node in ast.walk(statement):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                match value:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id="submission"), attr=method)):
                        holds.setdefault(name, []).append(method in _REFERENCES)
                    case _:
                        holds.setdefault(name, []).append(False)
    return {name for name, kinds in holds.items() if all(kinds) and name not in parameters}


def _strings(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
