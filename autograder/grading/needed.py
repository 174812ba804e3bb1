"""Which cells of a notebook have to run so that its checks can be asked.

A student's own cells always do: answers, cells that were changed, cells that were added. Of the cells that everybody
got, and left as they are, many only show something, or try an answer out where the student can see it: pictures, short
trainings, visible tests. Nothing that is graded comes out differently where they are left out, and they are most of
what running a notebook costs.

A given cell runs if it makes a name that is wanted afterwards: one that a check asks for, that a function may look up
when it is called, or that a later cell which runs looks up. One that looks up a value which is still wanted may change
it, as ``model.fit(...)`` does, and runs as well. So does whatever cannot be read, and whatever changes what is not the
notebook's own. Where a student's cell may look up any name, or changes what is not its own, all cells run.
"""

from __future__ import annotations

import ast
import builtins
import functools
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.notebooks import cells
from autograder.notebooks.cell_names import CellNames, read_names
from autograder.notebooks.syntax import is_plain, parse
from autograder.suite.mentions import EVERYTHING

_ANY_NAME = frozenset(
    {"exec", "eval", "globals", "locals", "vars", "get_ipython", "Out", "In", "__main__", "modules"}
    | {"__dict__", "__globals__", "f_globals", "f_locals"}
)
"""Words of code that may look up, or change, names which do not stand in it."""
_LAST_SHOWN = frozenset({"_", "__", "___"})
"""What IPython calls that which earlier cells showed."""
_BUILTINS = frozenset(dir(builtins))
_WORD = re.compile(r"[A-Za-z_]\w*")

_names_of = functools.lru_cache(maxsize=4096)(read_names)


@dataclass(frozen=True)
class Reading:
    """What the code cells of a restored notebook say, by their index.

    Attributes
    ----------
    sources
        Their texts.
    own
        Those that are the student's: answers, and what was changed or added.
    names
        What they make and need; None for one that cannot be read.
    is_told
        Whether the names that they look up stand in them, and the student's own change nothing else.
    """

    sources: Mapping[int, str]
    own: frozenset[int]
    names: Mapping[int, CellNames | None]
    is_told: bool

    @classmethod
    def of(cls, notebook: NotebookNode, released: NotebookNode) -> Reading:
        """Read a restored notebook."""
        sources = cells.code_sources(notebook)
        texts = {cell.source for cell in released.cells if cell.cell_type == "code"}
        own = frozenset(
            index
            for index, source in sources.items()
            if source not in texts or cells.kind(notebook.cells[index]).is_answer
        )
        is_told = all(map(_looks_up_by_name, sources.values())) and all(_keeps_to_itself(sources[name]) for name in own)
        names = {index: _names_of(source) if is_plain(source) else None for index, source in sources.items()}
        return cls(sources, own, names, is_told)

    @functools.cached_property
    def at_large(self) -> frozenset[int]:
        """The cells that cannot be read, or change what is not the notebook's own."""
        return frozenset(index for index, names in self.names.items() if names is None or not names.is_contained)

    @functools.cached_property
    def touched(self) -> Mapping[int, frozenset[str]]:
        """The names that each cell makes, and those whose values it may change; cells that cannot be read are left out.

        A function or a class is not changed by a call, and neither is a module, nor what is not there.
        """
        read = {index: names for index, names in self.names.items() if names is not None}
        values = frozenset(name for names in read.values() for name in names.holds)
        modules = frozenset(name for names in read.values() for name in names.imports) - values
        made = frozenset(name for names in read.values() for name in names.makes)
        functions = made - values
        fixed = modules | functions | (_BUILTINS - values)
        if len(read) == len(self.names):
            fixed |= frozenset(name for names in read.values() for name in names.takes) - made
        return {index: (names.makes - modules) | names.imports | (names.takes - fixed) for index, names in read.items()}


def needed_cells(reading: Reading, asked: Collection[str]) -> frozenset[int]:
    """Return the indices of the cells of a restored notebook that have to run.

    Parameters
    ----------
    asked
        The names that checks ask for; `EVERYTHING` stands for any.
    """
    if EVERYTHING in asked or not reading.is_told:
        return frozenset(reading.sources)
    running = reading.own | reading.at_large
    last: dict[str, float] = dict.fromkeys(asked, math.inf)
    for index in running:
        _note(last, index, reading.names[index], reading.sources[index])
    touched = reading.touched
    size = 0
    while len(running) != size:
        size = len(running)
        for index in touched.keys() - running:
            if any(last.get(name, -1) > index for name in touched[index]):
                running |= {index}
                _note(last, index, reading.names[index], reading.sources[index])
    return running


def made_of(reading: Reading, asked: Iterable[str], among: Collection[int]) -> tuple[int, ...]:
    """Return the indices of the cells that something which is asked for may be made of, in their order.

    Parameters
    ----------
    asked
        The names that are asked for.
    among
        The cells that run. What of them is `Reading.at_large` is part of everything.
    """
    found = {index for index in among if index in reading.at_large}
    wanted = {*asked, *(name for index in found for name in _looked_up(reading, index))}
    size = -1
    while len(found) != size:
        size = len(found)
        for index in among:
            if index not in found and not wanted.isdisjoint(reading.touched[index]):
                found.add(index)
                wanted |= _looked_up(reading, index)
    return tuple(sorted(found))


def learn(released: NotebookNode) -> None:
    """Read the cells that everybody got, of which what they say is remembered."""
    for cell in released.cells:
        if cell.cell_type == "code":
            _looks_up_by_name(cell.source)


@functools.lru_cache(maxsize=4096)
def _looks_up_by_name(source: str) -> bool:
    """Whether the names that a cell looks up stand in it."""
    names = _names_of(source)
    if names is not None and not _LAST_SHOWN.isdisjoint(names.takes):
        return False
    return _ANY_NAME.isdisjoint(_WORD.findall(source)) or _ANY_NAME.isdisjoint(_said(source))


def _said(source: str) -> Iterator[str]:
    """Yield the names, attributes and texts in a cell's code, which its comments are no part of; else all its words."""
    tree = parse(source) if is_plain(source) else None
    if tree is None:
        yield from _WORD.findall(source)
        return
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)) | ast.alias(name=name):
                yield name


def _keeps_to_itself(source: str) -> bool:
    """Whether a cell changes nothing that is not its own."""
    names = _names_of(source)
    return names is None or names.is_contained


def _note(last: dict[str, float], index: int, names: CellNames | None, source: str) -> None:
    """Note until when the names that a cell looks up are wanted: until it runs, or for good."""
    at_once = () if names is None else names.takes
    for name in at_once:
        last[name] = max(last.get(name, -1), index)
    last.update(dict.fromkeys(_WORD.findall(source) if names is None else names.later, math.inf))


def _looked_up(reading: Reading, index: int) -> frozenset[str]:
    """Return the names that a cell looks up, at any time."""
    names = reading.names[index]
    return frozenset(_WORD.findall(reading.sources[index])) if names is None else names.needs
