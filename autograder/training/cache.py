"""Finished trainings on disk, by the hash of all that they depend on.

Only trusted processes write here (`autograder.sealed`); each entry is a file of its own that names its key. What is no
sound entry of it is dropped when it is met, and the training is made again. `locked` makes processes train a key once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from autograder.errors import InfrastructureError
from autograder.records import Attempt, Measure, Record, from_json, to_json
from autograder.sealed import SealedFiles
from autograder.secret import CourseSecret
from autograder.training.evidence import Epoch, attempt_of

FORMAT = "autograder/training/v3"
DEFAULT_BYTES = 512 << 20
"""Room for some ten thousand trainings."""


class Entry(Record, frozen=True, kw_only=True):
    """A training of one model with one seed.

    Attributes
    ----------
    question, recipe
        Whom it was made for first: for people who look at the cache. Whoever has the same key uses it.
    is_whole
        Whether every epoch of the recipe was trained; else it was stopped at floors, and answers only floors up to
        what it reached in a measure.
    epochs
        What each epoch came to; there is one at least.
    images
        PNGs of the held-out images that `epochs` name, by their place.
    """

    format: str = FORMAT
    key: str
    question: str = ""
    recipe: str = ""
    seed: int
    device: str
    backend: str
    is_whole: bool
    epochs: Annotated[tuple[Epoch, ...], msgspec.Meta(min_length=1)]
    images: dict[int, bytes] = {}

    @property
    def measure(self) -> Measure:
        """What counts where nobody says otherwise."""
        return next(iter(self.epochs[0].test))

    def attempt(self, measure: Measure) -> Attempt:
        """Return the training in one measure."""
        return attempt_of(self.seed, self.epochs, measure)

    def answers(self, measure: Measure, floor: float) -> bool:
        """Whether a longer training could not say more about reaching `floor` in a measure."""
        return self.is_whole or self.attempt(measure).best >= floor


@dataclass(frozen=True)
class Listed:
    """A file in the cache.

    `used_at` is in seconds since 1970. `entry` is None for a file that will be dropped when it is met.
    """

    path: Path
    num_bytes: int
    used_at: float
    entry: Entry | None


class TrainingCache:
    """The cache in a folder, which is made when it is first written to.

    Parameters
    ----------
    secret
        Of the course: seals the entries.
    max_bytes
        Beyond it the entries go that were not used longest.
    """

    def __init__(self, folder: Path, secret: CourseSecret, *, max_bytes: int = DEFAULT_BYTES) -> None:
        self._folder = folder
        self._files = SealedFiles(folder / "trainings", ".entry", secret, max_bytes=max_bytes)

    def read(self, key: str) -> Entry | None:
        """Return the entry of a key, if there is a sound one."""
        data = self._files.read(key)
        if data is None:
            return None
        entry = _entry(data)
        if entry is None or entry.key != key:
            self._files.drop(key)
            return None
        self._files.use(key)
        return entry

    def write(self, entry: Entry) -> None:
        """Keep an entry, in the place of an earlier one of its key.

        Raises
        ------
        InfrastructureError
            If the folder cannot be written to.
        """
        try:
            self._files.write(entry.key, to_json(entry))
        except OSError as error:
            raise InfrastructureError(f"a finished training cannot be kept: {error}") from error

    def entries(self) -> Iterator[Listed]:
        """Yield every file in the cache, the last used first; nothing is changed."""
        for used_at, num_bytes, path in sorted(self._files.files(), reverse=True):
            with contextlib.suppress(FileNotFoundError):
                data = self._files.opened(path)
                entry = None if data is None else _entry(data)
                is_sound = entry is not None and self._files.path(entry.key) == path
                yield Listed(path, num_bytes, used_at, entry if is_sound else None)

    def clear(self) -> tuple[int, int]:
        """Drop every entry; how many there were, and their bytes."""
        return self._files.clear()

    @contextlib.contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Hold a key against every other process; it is free again when its holder ends.

        Keys that begin with the same two digits share a lock, so that there are at most 256 files of them: who
        asks for another such key waits a little longer than necessary.
        """
        folder = self._folder / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(folder / f"{key[:2]}.lock", flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _entry(data: bytes) -> Entry | None:
    """Return the entry that was written; None where it was by an earlier version."""
    try:
        entry = from_json(data, Entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return entry if entry.format == FORMAT else None
