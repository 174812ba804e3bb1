"""What one student handed in, from which one attempt, one notebook in it, and the files beside that are taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from autograder.collecting import beside
from autograder.collecting.archive import Entry, twin
from autograder.collecting.names import Who

NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Piece:
    """One file of a student: where it lay for the student, and where it lies in an archive."""

    path: PurePosixPath
    entry: Entry


@dataclass(frozen=True)
class Attempt:
    """What a student handed in at once.

    Parameters
    ----------
    who
        The student, as the platform knows them.
    archive
        The name of the archive that it stands in.
    pieces
        Its files, before archives among them are opened.
    submitted_at
        In UTC, where the platform tells.
    number
        Higher for what came later, where the platform numbers.
    """

    who: Who
    archive: str
    pieces: tuple[Piece, ...]
    submitted_at: datetime | None = None
    number: int | None = None

    @property
    def modified(self) -> tuple[int, ...]:
        """The newest date of its files."""
        return max(piece.entry.modified for piece in self.pieces)

    @property
    def content(self) -> tuple[tuple[str, tuple[int, int]], ...]:
        """Equal for attempts with the same files."""
        return tuple(sorted((str(piece.path), piece.entry.content) for piece in self.pieces))

    def is_newer(self, other: Attempt) -> bool | None:
        """Return whether this one was handed in after another; None where nothing tells."""
        if self.submitted_at and other.submitted_at and self.submitted_at != other.submitted_at:
            return self.submitted_at > other.submitted_at
        if self.number is not None and other.number is not None and self.number != other.number:
            return self.number > other.number
        if self.modified != other.modified:
            return self.modified > other.modified
        return None


class Undecided(Exception):
    """Which attempt or which notebook is meant cannot be told; the message is for the operator."""


def newest(attempts: Sequence[Attempt]) -> Attempt:
    """Return the attempt that was handed in last; of equal ones the first.

    Raises
    ------
    Undecided
        If two differ, and nothing says which came last.
    """
    found = attempts[0]
    for other in attempts[1:]:
        is_newer = other.is_newer(found)
        if is_newer is None and other.content != found.content:
            raise Undecided(f"there are two attempts, in {found.archive} and in {other.archive}, of the same time")
        if is_newer:
            found = other
    return found


def notebook_among(pieces: Iterable[Piece], assignment: str) -> Piece:
    """Return the notebook that is meant: by its name, else because it is the only one; never one deeper down.

    A browser's and Canvas's ``lab (1).ipynb`` and ``lab-1.ipynb`` count as the name after ``lab.ipynb`` itself, the
    highest number first.

    Raises
    ------
    Undecided
        If there is none, or several could be meant.
    """
    notebooks = [piece for piece in pieces if piece.path.suffix.lower() == NOTEBOOK]
    if not notebooks:
        raise Undecided("there is no notebook")
    best = min(_rank(piece, assignment) for piece in notebooks)
    found = [piece for piece in notebooks if _rank(piece, assignment) == best]
    if len({piece.entry.content for piece in found}) > 1:
        names = ", ".join(str(piece.path) for piece in found[:5])
        raise Undecided(f"it is not clear which notebook is meant, as none alone is {assignment}{NOTEBOOK}: {names}")
    return found[0]


def _rank(piece: Piece, assignment: str) -> tuple[int, int, int]:
    """Return what is smallest for the notebook that is meant."""
    depth = len(piece.path.parts)
    stem = piece.path.stem.casefold()
    if stem == assignment.casefold():
        return 0, depth, 0
    again = re.fullmatch(re.escape(assignment.casefold()) + r"(?:-| ?\()(\d{1,6})\)?", stem)
    return (1, depth, -int(again[1])) if again else (2, 0, 0)


def files_beside(notebook: Piece, pieces: Iterable[Piece]) -> tuple[dict[PurePosixPath, Piece], dict[Piece, str]]:
    """Return the files to keep, by their path from the notebook, and why not for each of the others."""
    kept: dict[PurePosixPath, Piece] = {}
    left: dict[Piece, str] = {}
    names: set[str] = set()
    folders: set[str] = set()
    num_bytes = 0
    for piece in sorted(pieces, key=lambda each: str(each.path)):
        if piece is notebook:
            continue
        if not piece.path.is_relative_to(notebook.path.parent):
            left[piece] = "it does not lie beside the notebook"
            continue
        path = piece.path.relative_to(notebook.path.parent)
        size = piece.entry.info.file_size
        reason = beside.why_not(path)
        name, above = twin(path), {twin(parent) for parent in path.parents}
        if not reason and (name in names | folders or above & names):
            reason = "there is another file of its name"
        if not reason and size > beside.MAX_FILE_BYTES:
            reason = f"it is larger than {beside.MAX_FILE_BYTES >> 20} MiB"
        if not reason and (num_bytes + size > beside.MAX_BYTES or len(kept) == beside.MAX_FILES):
            reason = f"files beside a notebook are kept up to {beside.MAX_BYTES >> 20} MiB and {beside.MAX_FILES} files"
        if reason:
            left[piece] = reason
            continue
        num_bytes += size
        kept[path] = piece
        names.add(name)
        folders |= above
    return kept, left
