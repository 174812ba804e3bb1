"""Finished trainings on disk, by the hash of all that they depend on.

Only trusted processes write here. An entry is a file of its own, written as a whole or not at all, that names
its key: one that was torn, or belongs to something else, is dropped when it is met. Any number of processes
may read and write, and `locked` makes them train a key once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from autograder.records import Attempt, Record, from_json, to_json

FORMAT = "autograder/training/v1"
MAX_ENTRIES = 20_000
"""Some 20 MB; beyond it the entries that were not used longest go."""


class Entry(Record, frozen=True, kw_only=True):
    """A training of one model with one seed.

    `is_whole` says that every epoch of the recipe was trained; else it was stopped at a floor, and answers
    only floors up to what it reached.
    """

    format: str = FORMAT
    key: str
    attempt: Attempt
    device: str
    is_whole: bool

    def answers(self, floor: float) -> bool:
        """Whether a longer training could not say more about reaching `floor`."""
        return self.is_whole or self.attempt.best >= floor


class TrainingCache:
    """The cache in a folder, which is made when it is first written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> Entry | None:
        """Return the entry of a key, if there is a sound one."""
        path = self._path(key)
        try:
            entry = from_json(path.read_bytes(), Entry)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError):
            entry = None
        if entry is None or entry.key != key or entry.format != FORMAT:
            path.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):  # somebody else may have dropped it
            os.utime(path)
        return entry

    def write(self, entry: Entry) -> None:
        """Keep an entry, in the place of an earlier one of its key."""
        path = self._path(entry.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            file.write(to_json(entry))
        Path(part).replace(path)
        self._make_room()

    @contextlib.contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Hold a key against every other process; it is free again when its holder ends.

        Keys that begin with the same two digits share a lock, so that there are at most 256 files of them: who
        asks for another such key waits a little longer than necessary.
        """
        folder = self._folder / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{key[:2]}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _path(self, key: str) -> Path:
        return self._folder / "trainings" / key[:2] / f"{key}.json"

    def _make_room(self) -> None:
        entries = list((self._folder / "trainings").glob("??/*.json"))
        if len(entries) <= MAX_ENTRIES:
            return
        used = sorted(entries, key=lambda path: path.stat().st_mtime)
        for path in used[: len(entries) - MAX_ENTRIES // 2]:
            path.unlink(missing_ok=True)
