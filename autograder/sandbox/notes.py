"""What a student is told about a cell that was not run as it stands: short sentences, each of them once."""

from __future__ import annotations

MAX_QUOTED = 80
"""Characters of a student's line that a sentence repeats."""


class Notes:
    """The sentences about one cell; called with another one, it keeps it."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self._said_once: set[str] = set()

    def __call__(self, sentence: str) -> None:
        """Keep a sentence about the cell that is running."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    def once(self, sentence: str) -> None:
        """Keep a sentence that holds for the whole notebook, where it has not been said of an earlier cell."""
        if sentence not in self._said_once:
            self._said_once.add(sentence)
            self(sentence)

    def begin(self) -> None:
        """Begin another cell."""
        self.sentences = []


def quoted(line: str) -> str:
    """Return a student's line as a sentence repeats it: one line of code, not too long."""
    text = " ".join(line.replace("`", "'").split())
    return f"`{text[:MAX_QUOTED]}{'…' if len(text) > MAX_QUOTED else ''}`"
