"""How much two texts are alike, by their words."""

from __future__ import annotations

import re
from collections import Counter

ALIKE = 0.6
"""Of the words of two texts, for one to count as an edited copy of the other."""
MAX_COMPARED = 30
"""Cells that are compared with one, or looked at above it."""
_MAX_READ = 20_000  # characters of a cell that are compared
_WORD = re.compile(r"\w+|[^\w\s]")


def is_too_long(text: str, other: Counter[str]) -> bool:
    """Return whether a text is so much longer than another that they are not alike; saves counting its words."""
    at_least, second = len(text[:_MAX_READ].split()), other.total()
    return at_least > second and 2 * second < ALIKE * (at_least + second)


def squeezed(text: str) -> str:
    """Return a text with its white space made plain."""
    return " ".join(text.split())


def words(text: str) -> Counter[str]:
    """Return the words and signs of a text, and how often each occurs."""
    return Counter(_WORD.findall(text, 0, _MAX_READ))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of words, 0 to 1, that two texts have in common."""
    first, second = one.total(), other.total()
    if not first + second:
        return 1.0
    if 2 * min(first, second) < ALIKE * (first + second):
        return 0.0  # their lengths alone keep them apart; comparing a long text with many costs seconds
    return 2 * (one & other).total() / (first + second)
