"""Whether a cell's text is Python, and what Python would run if it held plain white space; nothing is ever run.

IPython's magics and shell lines are left out before parsing. Tabs mixed with spaces, and blanks that only look like
spaces, are what Python refuses although a reader sees nothing wrong: `mended` puts them right where that makes the
cell parse and its meaning is beyond doubt.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import re
import warnings
from collections.abc import Callable, Iterator

MAX_PARSED = 100_000
"""Characters; parsing costs some hundred bytes for each."""
MOST_TREES = 64
"""More cells than most notebooks have; each is asked for several times."""
_MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?\??[ \t]*)$", re.MULTILINE)
_MAGIC_VALUE = re.compile(r"^([\w, \t]+=)[ \t]*[%!].*$", re.MULTILINE)
_WIDTHS = (8, 4)  # of a tab: what Python has always taken it for, and what notebooks show
_BLANKS = dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ") | dict.fromkeys(
    (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), ""
)
_ODD = re.compile(f"[{''.join(map(chr, _BLANKS))}]")
_INDENT = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)
_LITERAL = re.compile(  # one that does not end takes all that follows: nothing is read twice
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'(?:\\.|[^\\])*?(?:\'\'\'|\Z)'
    r'|"(?:\\.|[^"\\\n])*+"?|\'(?:\\.|[^\'\\\n])*+\'?|#[^\n]*',
    re.DOTALL,
)


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, its magics left out and its white space made plain; None if it has none.

    Whoever asks for the same cell gets the same tree: nobody changes it.
    """
    tree = _tree(source)
    if tree is None and (found := mended(source)) is not None:
        tree = _tree(found[0])
    return tree


def is_plain(source: str) -> bool:
    """Whether a cell is Python as it stands, without magics and with nothing to mend."""
    return len(source) <= MAX_PARSED and _parsed(source) is not None


def mended(source: str) -> tuple[str, str] | None:
    """Return the text with plain white space, and what stood there; None where that is not what is wrong with it."""
    has_tabs, has_odd = "\t" in source, not source.isascii() and _ODD.search(source) is not None
    if not (has_tabs or has_odd) or len(source) > MAX_PARSED or _tree(source) is not None:
        return None
    plain = _outside_literals(source, lambda code: code.translate(_BLANKS)) if has_odd else source
    if plain != source and _tree(plain) is not None:
        return plain, "blanks that are no spaces"
    found: dict[str, str] = {}
    for width in _WIDTHS:
        text = _outside_literals(plain, functools.partial(_expanded, width=width))
        tree = _tree(text) if text != source else None
        if tree is not None:
            found.setdefault(_meaning(tree), text)
    if len(found) != 1:  # two widths, two meanings: only the student knows
        return None
    what = "tabs mixed with spaces" if plain == source else "blanks that are no spaces, and tabs"
    return next(iter(found.values())), what


def _expanded(code: str, width: int) -> str:
    return _INDENT.sub(lambda indent: indent[0].expandtabs(width), code)


def _outside_literals(source: str, change: Callable[[str], str]) -> str:
    """Return a text with everything changed that stands in no string and no comment."""
    return "".join(part if is_literal else change(part) for is_literal, part in _parts(source))


def _parts(source: str) -> Iterator[tuple[bool, str]]:
    last = 0
    for match in _LITERAL.finditer(source):
        yield False, source[last : match.start()]
        yield True, match[0]
        last = match.end()
    yield False, source[last:]


def _tree(source: str) -> ast.Module | None:
    if len(source) > MAX_PARSED:
        return None
    found = _parsed(source)
    if found is None and ("%" in source or "!" in source or "?" in source):
        found = _parsed(_MAGIC_VALUE.sub(r"\1 None", _MAGIC.sub(r"\1pass", source)))
    return found


@functools.lru_cache(maxsize=MOST_TREES)
def _parsed(code: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings(), _uncollected():
            warnings.simplefilter("ignore")  # a backslash in a student's string is no matter of ours
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Make something without cycles; the collector would look at everything else again and again meanwhile."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _meaning(tree: ast.Module) -> str:
    try:
        return ast.dump(tree)
    except RecursionError:  # nested some hundred deep: told apart from nothing else
        return ""
