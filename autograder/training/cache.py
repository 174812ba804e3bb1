"""Finished trainings on disk, by the hash of all that they depend on.

Only trusted processes write here: each entry bears a seal that is made with the course's secret. It is a file of its
own, written as a whole or not at all, that names its key. What is torn, altered, a link, or belongs to something else
is dropped when it is met, and the training is made again. Any number of processes may read and write, and `locked`
makes them train a key once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from autograder.errors import InfrastructureError
from autograder.records import Attempt, Measure, Record, from_json, to_json
from autograder.secret import CourseSecret
from autograder.training.evidence import Epoch, attempt_of

FORMAT = "autograder/training/v3"
DEFAULT_BYTES = 512 << 20
"""Room for some ten thousand trainings."""
MAX_ENTRY_BYTES = 16 << 20
_AFTER_CLEARING = 0.8  # of the room stays in use, so that not every write has to make room
_STALE_S = 3600.0


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
        self._secret = secret
        self._max_bytes = max_bytes

    def read(self, key: str) -> Entry | None:
        """Return the entry of a key, if there is a sound one."""
        path = self._path(key)
        try:
            entry = self._opened(path)
        except FileNotFoundError:
            return None
        if entry is None or entry.key != key:
            _drop(path)
            return None
        with contextlib.suppress(OSError):  # somebody else may have dropped it
            _use_now(path)
        return entry

    def write(self, entry: Entry) -> None:
        """Keep an entry, in the place of an earlier one of its key.

        Raises
        ------
        InfrastructureError
            If the folder cannot be written to.
        """
        path, data = self._path(entry.key), to_json(entry)
        try:
            for folder in (path.parent.parent, path.parent):
                if folder.is_symlink():
                    folder.unlink()
                folder.mkdir(parents=True, exist_ok=True)
            descriptor, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
            with os.fdopen(descriptor, "wb") as file:
                file.write(self._secret.seal(data).encode() + b"\n" + data)
            if path.is_dir() and not path.is_symlink():
                _drop(path)
            _use_now(Path(part))
            Path(part).replace(path)
        except OSError as error:
            raise InfrastructureError(f"a finished training cannot be kept: {error}") from error
        self._make_room(path)

    def entries(self) -> Iterator[Listed]:
        """Yield every file in the cache, the last used first; nothing is changed."""
        for used_at, num_bytes, path in sorted(self._files(), reverse=True):
            with contextlib.suppress(FileNotFoundError):
                entry = self._opened(path)
                is_sound = entry is not None and self._path(entry.key) == path
                yield Listed(path, num_bytes, used_at, entry if is_sound else None)

    def clear(self) -> tuple[int, int]:
        """Drop every entry; how many there were, and their bytes."""
        count = total = 0
        for _, num_bytes, path in self._files():
            _drop(path)
            count, total = count + 1, total + num_bytes
        return count, total

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

    def _path(self, key: str) -> Path:
        return self._folder / "trainings" / key[:2] / f"{key}.entry"

    def _opened(self, path: Path) -> Entry | None:
        """Return what a file holds; None where that is no entry that we wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        """
        if path.parent.is_symlink() or path.parent.parent.is_symlink():
            return None
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise
        except OSError:  # a link, or nothing that we may read
            return None
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_ENTRY_BYTES:
            os.close(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            seal, _, data = file.read().partition(b"\n")
        if seal != self._secret.seal(data).encode():
            return None
        try:
            entry = from_json(data, Entry)
        except (msgspec.DecodeError, UnicodeDecodeError):  # sealed by an earlier version
            return None
        return entry if entry.format == FORMAT else None

    def _files(self) -> list[tuple[float, int, Path]]:
        """Return time of last use, size and path of whatever lies in the places of entries."""
        found = []
        for path in (self._folder / "trainings").glob("??/*.entry"):
            with contextlib.suppress(FileNotFoundError):
                facts = path.lstat()
                found.append((facts.st_mtime_ns / 1e9, facts.st_size, path))
        return found

    def _make_room(self, written: Path) -> None:
        for part in (self._folder / "trainings").glob("??/*.part"):
            with contextlib.suppress(FileNotFoundError):  # its writer has just finished it
                if time.time() - part.lstat().st_mtime > _STALE_S:
                    part.unlink()
        files = sorted(self._files())
        total = sum(num_bytes for _, num_bytes, _ in files)
        if total <= self._max_bytes:
            return
        for _, num_bytes, path in files:
            if total > self._max_bytes * _AFTER_CLEARING and path != written:
                _drop(path)
                total -= num_bytes


def _use_now(path: Path) -> None:
    """Set the time of last use, finer than the kernel would."""
    now = time.time_ns()
    os.utime(path, ns=(now, now), follow_symlinks=False)


def _drop(path: Path) -> None:
    """Remove whatever lies there, and nothing that a link leads to."""
    folder = next((each for each in (path.parent.parent, path.parent) if each.is_symlink()), None)
    with contextlib.suppress(FileNotFoundError):
        if folder is not None:
            folder.unlink()
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
