"""Whether pieces of code belong together: the cell of an answer that was split into several."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from autograder.notebooks.syntax import parse

_MAX_PARTS = 30
_CONTINUES = re.compile(r"[)\]}]|(?:elif|else|except|finally)\b")
_OPEN_ENDED = re.compile(r"[:,(\[{\\=+*/-]\s*\Z|^@.*\Z", re.MULTILINE)


def are_parts(texts: Sequence[str], defined: Iterable[frozenset[str]], *, is_code: bool) -> bool:
    """Return whether texts of one mark are the pieces of one answer, and not versions of it.

    Parameters
    ----------
    texts
        In the order in which they stand, one behind the other.
    defined
        The names that each of them defines.
    """
    if len(set(texts)) < 2 or len(texts) > _MAX_PARTS:
        return False
    if not is_code:
        return True
    if parse("\n".join(texts)) is None:
        return False
    times = Counter(name for names in defined for name in names)
    return max(times.values(), default=1) == 1 or any(parse(text) is None for text in texts)


def belong_together(first: str, second: str) -> bool:
    """Return whether two pieces of code are Python together, while one of them alone is not."""
    return (
        (_continues(second) or _is_open(first))
        and parse(first + "\n" + second) is not None
        and (parse(first) is None or parse(second) is None)
    )


def _continues(text: str) -> bool:
    """Return whether code begins amid a block or a statement."""
    code = text.lstrip()
    indent = text[: len(text) - len(code)].rpartition("\n")[2]
    return bool(indent) or _CONTINUES.match(code) is not None


def _is_open(text: str) -> bool:
    """Return whether code seems to end amid a statement."""
    return _OPEN_ENDED.search(text) is not None or any(text.count(quotes) % 2 for quotes in ('"""', "'''"))
