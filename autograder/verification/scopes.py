"""What a change of some answers can touch: the rest of a grading is as it is for the reference.

A check can come out differently only if something that it asks for does. It asks for names (`suite.mentions`), which
cells make (`notebooks.cell_names`), from names that other cells make. So what a changed cell makes, and whatever is
made of that, is touched; the checks that mention something touched are asked, with those that they need, and run are
the cells that their names are made in. The visible tests of a notebook are run where a name is made in them that is
needed, as any other cell.

What cannot be read that way is graded whole: cells that are not Python, and answers that change what is not their own
(see `CellNames.is_contained`). Left aside is what one answer does to the time and memory that all share.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from nbformat import NotebookNode

from autograder.grading.scope import Scope
from autograder.notebooks import cells
from autograder.notebooks.cell_names import CellNames, read_names
from autograder.records import CheckId, GradeId
from autograder.suite.digests import with_needs
from autograder.suite.mentions import EVERYTHING, read_mentions
from autograder.suite.plugin import Check

_names_of = functools.lru_cache(maxsize=4096)(read_names)


class Scopes:
    """The scopes of an assignment's variants.

    Parameters
    ----------
    reference
        The release, filled with the reference's answers.
    checks
        The suite's.
    """

    def __init__(self, reference: NotebookNode, checks: Mapping[CheckId, Check]) -> None:
        self._checks = checks
        self._mentions = read_mentions(checks)
        self._sources = cells.code_sources(reference)
        self._answers: dict[GradeId, int] = {}
        for index in self._sources:
            cell = reference.cells[index]
            name = cells.grade_id(cell)
            if name is not None and cells.kind(cell).is_answer:
                self._answers[name] = index

    def asked_names(self, question: GradeId) -> frozenset[str]:
        """Return the names that checks ask for and that the reference's answer to a question makes."""
        made = _names_of(self._sources[self._answers[question]])
        asked = frozenset(word for words in self._mentions.values() for word in words)
        return frozenset() if made is None else made.makes & asked

    def of(self, sources: Mapping[GradeId, str]) -> Scope | None:
        """Return what a variant with these answers can touch; None where that may be anything."""
        changed = {
            self._answers[name]: source
            for name, source in sources.items()
            if name in self._answers and source != self._sources[self._answers[name]]
        }
        names = _read({**self._sources, **changed})
        before = _read({index: self._sources[index] for index in changed})
        if names is None or before is None:
            return None
        if not all(each[index].is_contained for each in (names, before) for index in changed):
            return None
        questions = {name for name, index in self._answers.items() if index in changed}
        touched = {name for index in changed for name in (*names[index].makes, *before[index].makes)}
        touched = _closure(touched, {index: (each.needs, each.makes) for index, each in names.items()})
        asked = with_needs(
            [check for check, words in self._mentions.items() if words & (touched | questions | {EVERYTHING})],
            self._checks,
        )
        return Scope(self._needed(asked, names), asked)

    def asking(self, checks: frozenset[CheckId], sources: Mapping[GradeId, str]) -> Scope:
        """Return the part that some checks need of a variant with these answers, whatever else they can touch."""
        names = _read({**self._sources, **{self._answers[name]: sources[name] for name in self._answers}})
        return Scope(frozenset(self._sources) if names is None else self._needed(checks, names), checks)

    def _needed(self, checks: Iterable[CheckId], names: Mapping[int, CellNames]) -> frozenset[int]:
        """Return the cells that make what checks ask for, and what that is made of."""
        asked = {word for check in checks for word in self._mentions[check]}
        if EVERYTHING in asked:
            return frozenset(self._sources)
        needed = _closure(asked, {index: (each.makes, each.needs) for index, each in names.items()})
        return frozenset(index for index, each in names.items() if each.makes & needed)


def _read(sources: Mapping[int, str]) -> dict[int, CellNames] | None:
    """Return the names of cells; None where one of them cannot be read."""
    found = {index: _names_of(source) for index, source in sources.items()}
    read = {index: each for index, each in found.items() if each is not None}
    return read if len(read) == len(found) else None


def _closure(names: Iterable[str], links: Mapping[int, tuple[frozenset[str], frozenset[str]]]) -> set[str]:
    """Return names, and those that any of them leads to: each link leads from any of some names to all of others."""
    found, size = set(names), -1
    while len(found) != size:
        size = len(found)
        for start, end in links.values():
            if start & found:
                found |= end
    return found
