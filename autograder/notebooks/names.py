"""The names that a cell's code defines, read from its text: student code is parsed, never run.

Code that does not parse is read line by line instead. Cells of another language, as after ``%%bash``, define nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.notebooks.syntax import parse

_DEFINED = re.compile(  # from the line end on, which is found much faster than a start of a line
    r"\n(?:(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=))"
)
_FOREIGN = re.compile(
    r"\s*%%[ \t]*(?:bash|sh|script|cmd|html|javascript|js|svg|latex|markdown|perl|ruby|pypy|python\d?|writefile|file|R"
    r"|sql|cython)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_CONTINUES = re.compile(r"[ \t)\]}]|(?:elif|else|except|finally)\b|$")


@dataclass(frozen=True)
class Chunk:
    """A statement at a cell's top level, with the comments before it; the chunks of a cell make up its text."""

    text: str
    names: frozenset[str]


def defined_names(source: str) -> frozenset[str]:
    """Return the functions, classes and variables that a cell defines at its top level."""
    if _FOREIGN.match(source):
        return frozenset()
    tree = parse(source)
    if tree is None:
        return names_by_line(source)
    return frozenset(name for statement in _statements(tree.body) for name in _bound(statement))


def names_by_line(source: str) -> frozenset[str]:
    """Return the names that a cell seems to define, without parsing it: what starts a line at the left margin."""
    if _FOREIGN.match(source):
        return frozenset()
    return frozenset(of_definition or of_value for of_definition, of_value in _DEFINED.findall("\n" + source))


def chunks(source: str) -> list[Chunk]:
    """Return the statements of a cell in their order; joined with line ends they are its text."""
    lines = source.split("\n")
    tree = parse(source)
    starts: Sequence[tuple[int, frozenset[str] | None]] = (
        [(line, None) for line in _starts_by_line(lines)] if tree is None else _starts(tree)
    )
    if not starts:
        return [Chunk(source, frozenset())]
    bounds, end = [0], starts[0][0] + 1
    for line, _ in starts[1:]:
        first = line
        while first > end and lines[first - 1].startswith("#"):
            first -= 1
        bounds.append(first)
        end = line + 1
    texts = ("\n".join(lines[start:stop]) for start, stop in pairwise([*bounds, len(lines)]))
    return [
        Chunk(text, names_by_line(text) if names is None else names)
        for text, (_, names) in zip(texts, starts, strict=True)
    ]


def start_of_needed(above: Sequence[Chunk], answer: Chunk, answers: Collection[str]) -> int:
    """Return where, among the statements above an answer, those begin that it builds on.

    They end above it, and none of them is an answer itself: `answers` are the names of all. It is ``len(above)`` where
    it needs none of them.
    """
    used, start = set(_NAME.findall(answer.text)), len(above)
    for number in range(len(above) - 1, -1, -1):
        if not above[number].names.isdisjoint(answers):
            break
        mentioned = set(_NAME.findall(above[number].text))
        if used & mentioned:
            used |= mentioned
            start = number
    return start


def _starts(tree: ast.Module) -> Sequence[tuple[int, frozenset[str] | None]]:
    """Return the line of each statement, from 0, and the names it defines; those on one line count as one."""
    found: list[tuple[int, frozenset[str]]] = []
    end = 0
    for statement in tree.body:
        decorators = getattr(statement, "decorator_list", ())
        first = min([statement.lineno, *(each.lineno for each in decorators)])
        names = frozenset(name for inner in _statements([statement]) for name in _bound(inner))
        if found and first <= end:
            found[-1] = (found[-1][0], found[-1][1] | names)
        else:
            found.append((first - 1, names))
        end = max(end, statement.end_lineno or first)
    return found


def _starts_by_line(lines: list[str]) -> list[int]:
    """Return the lines, from 0, that seem to start a statement."""
    found = []
    is_decorated = False
    for number, line in enumerate(lines):
        if _CONTINUES.match(line) or line.startswith("#"):
            continue
        if not is_decorated:
            found.append(number)
        is_decorated = line.startswith("@")
    return found


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
                if isinstance(target, ast.Name):
                    yield target.id
                    continue
                yield from (
                    each.id
                    for each in ast.walk(target)
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
                )
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
