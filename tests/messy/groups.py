"""What is mangled: cells that stay together, texts that are put among them, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from messy.builder import Cell, mark_of

WRONG: Mapping[str, str] = {
    "conv_size": "def conv_size(size, kernel, stride):\n    return 0",
    "scaled": "def scaled(images):\n    return None",
    "tiny": "def tiny():\n    return None",
    "losses": "losses = None",
}
UNFINISHED: Mapping[str, str] = {
    "conv_size": "def conv_size(size, kernel, stride):",
    "scaled": "def scaled(images)\n    return images",
    "tiny": "def tiny(:\n    return None",
    "losses": "losses = [1,",
}
HARMLESS = ("mine = {}", "print('cell {}')", "for step in range({}):\n    step")
HARMFUL = ("1 / 0", "def unfinished(", "%matplotlib inline", "!pip install seaborn", "%%bash\nls", "raise ValueError")


@dataclass
class Group:
    """Cells that stay together.

    `answers` are the questions that it answers rightly, `is_plain` says whether it may be merged with others, and
    `is_locked` whether a release brings its text back.
    """

    cells: list[Cell]
    answers: frozenset[str] = frozenset()
    is_plain: bool = True
    is_locked: bool = False

    @property
    def is_single_code(self) -> bool:
        """Whether it is one cell of code."""
        return len(self.cells) == 1 and self.cells[0]["cell_type"] == "code"


@dataclass(frozen=True)
class Mangled:
    """A mangled submission: its file, the questions that it still answers, and what was done to it.

    `may_lose` are answers that nothing tells any more: words without a mark, in another place.
    """

    data: bytes
    answered: frozenset[str]
    may_lose: frozenset[str]
    history: tuple[str, ...]


def told(group: Group) -> str:
    """Return a few words on a group, for a history."""
    marks = ",".join(str(mark_of(cell)) for cell in group.cells)
    return f"{'+'.join(sorted(group.answers)) or '0'}[{marks}]"
