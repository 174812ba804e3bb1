"""Makes the mutants and rewrites of a notebook's answers."""

from __future__ import annotations

import ast
import difflib
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.mutation.operators import OPERATORS, Operator
from autograder.mutation.rewrites import rewritten
from autograder.mutation.syntax import Change
from autograder.notebooks.syntax import parse
from autograder.records import GradeId


@dataclass(frozen=True)
class Mutant:
    """An answer that was made from the reference's.

    Attributes
    ----------
    name
        Question, operator and line, and a number where there are several: ``classify.one_more.18``.
    question, operator, line
        What was changed, how, and in which line of the reference's cell.
    source
        The changed cell.
    """

    name: str
    question: GradeId
    operator: str
    line: int
    source: str


def make_mutants(sources: Mapping[GradeId, str]) -> tuple[Mutant, ...]:
    """Return the mutants of answers in code, each different from the reference and from the others."""
    return tuple(mutant for name, source in sources.items() for mutant in _made(name, source, OPERATORS))


def make_rewrites(sources: Mapping[GradeId, str]) -> tuple[Mutant, ...]:
    """Return the same answers in other styles."""
    return tuple(mutant for name, source in sources.items() for mutant in _made(name, source, (rewritten,)))


def difference(reference: str, source: str) -> str:
    """Return the lines that a mutant takes away (``-``) and puts in their place (``+``)."""
    tree = parse(reference)
    before = reference if tree is None else ast.unparse(tree)
    lines = difflib.unified_diff(before.splitlines(), source.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


@functools.lru_cache(maxsize=256)
def _made(question: GradeId, source: str, operators: tuple[Operator, ...]) -> tuple[Mutant, ...]:
    return tuple(_making(question, source, operators))


def _making(question: GradeId, source: str, operators: tuple[Operator, ...]) -> Iterator[Mutant]:
    tree = parse(source)
    if tree is None or not tree.body:
        return
    seen = {ast.unparse(tree)}
    counts: dict[tuple[str, int], int] = {}
    for operator in operators:
        for change in operator(tree):
            if change.source in seen or not _is_python(change.source):
                continue
            seen.add(change.source)
            place = change.operator, change.line
            counts[place] = counts.get(place, 0) + 1
            yield _named(question, change, counts[place])


def _named(question: GradeId, change: Change, count: int) -> Mutant:
    name = f"{question}.{change.operator}.{change.line}" + (f".{count}" if count > 1 else "")
    return Mutant(name, question, change.operator, change.line, change.source)


def _is_python(source: str) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
