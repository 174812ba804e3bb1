"""Files that only we can have written: each bears a seal that is made with the course's secret.

A file is found by its key, and written as a whole or not at all. What is torn, altered, a link, or sealed by somebody
else is dropped when it is met. Any number of processes may read and write.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
import zlib
from pathlib import Path

from autograder.secret import CourseSecret

MAX_FILE_BYTES = 16 << 20
_AFTER_CLEARING = 0.8  # of the room stays in use, so that not every write has to make room
_STALE_S = 3600.0


class SealedFiles:
    """The files of a folder, which is made when it is first written to.

    Parameters
    ----------
    folder
        Holds nothing else.
    suffix
        What the files' names end with.
    secret
        Of the course: seals the files.
    max_bytes
        Beyond it the files go that were not used longest.
    looks_each
        One write in so many looks how much there is: it takes longer than the write where there are many small files.
    """

    def __init__(self, folder: Path, suffix: str, secret: CourseSecret, *, max_bytes: int, looks_each: int = 1) -> None:
        self._folder = folder
        self._suffix = suffix
        self._secret = secret
        self._max_bytes = max_bytes
        self._looks_each = looks_each

    def path(self, key: str) -> Path:
        """Return where the file of a key lies; a key is at least two characters that may stand in a file's name."""
        return self._folder / key[:2] / f"{key}{self._suffix}"

    def read(self, key: str) -> bytes | None:
        """Return what was written last under a key; None where nothing was, and where it is not ours, and dropped."""
        try:
            data = self.opened(self.path(key))
        except FileNotFoundError:
            return None
        if data is None:
            self.drop(key)
        return data

    def opened(self, path: Path) -> bytes | None:
        """Return what a file holds; None where it is none that we wrote.

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
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_FILE_BYTES:
            os.close(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            seal, _, data = file.read().partition(b"\n")
        return data if seal == self._secret.seal(data).encode() else None

    def write(self, key: str, data: bytes) -> None:
        """Keep data in the place of what was there.

        Raises
        ------
        OSError
            If the folder cannot be written to.
        """
        path = self.path(key)
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
        if not zlib.crc32(key.encode()) % self._looks_each:
            self._make_room(path)

    def use(self, key: str) -> None:
        """Let the file of a key be the one that was used last."""
        with contextlib.suppress(OSError):  # somebody else may have dropped it
            _use_now(self.path(key))

    def drop(self, key: str) -> None:
        """Remove whatever lies in the place of a key."""
        _drop(self.path(key))

    def files(self) -> list[tuple[float, int, Path]]:
        """Return time of last use (seconds since 1970), bytes and path of all there is, sound or not."""
        found = []
        for path in self._folder.glob(f"??/*{self._suffix}"):
            with contextlib.suppress(FileNotFoundError):
                facts = path.lstat()
                found.append((facts.st_mtime_ns / 1e9, facts.st_size, path))
        return found

    def size(self) -> tuple[int, int]:
        """Return how many files there are, and their bytes."""
        files = self.files()
        return len(files), sum(num_bytes for _, num_bytes, _ in files)

    def clear(self) -> tuple[int, int]:
        """Drop everything; how many files there were, and their bytes."""
        count = total = 0
        for _, num_bytes, path in self.files():
            _drop(path)
            count, total = count + 1, total + num_bytes
        return count, total

    def _make_room(self, written: Path) -> None:
        for part in self._folder.glob("??/*.part"):
            with contextlib.suppress(FileNotFoundError):  # its writer has just finished it
                if time.time() - part.lstat().st_mtime > _STALE_S:
                    part.unlink()
        files = sorted(self.files())
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
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if folder is not None:
            folder.unlink()
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
