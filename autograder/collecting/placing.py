"""Puts whole submissions in their place: each is made in a hidden folder first, and then moved.

So whatever ends a run leaves in ``submitted/<student>/<assignment>`` what was there before, or all of what came. Where
the system can exchange two folders at once, that holds for a replacement too; elsewhere a run that is killed in
between leaves the old one in a hidden folder ``.collect-…`` of ``submitted/``, and nothing in its place.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from autograder.collecting.archive import Entry, Unreadable
from autograder.collecting.beside import MAX_FILE_BYTES, TIMESTAMP
from autograder.collecting.result import State

MAX_NOTEBOOK_BYTES = 50 << 20
_PREFIX = ".collect-"
_FRESH_S = 60  # between making its folder and locking it a run holds no lock
_AT_FDCWD, _EXCHANGE = -100, 2
_NEW_FILE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)


class NotPlaced(Exception):
    """A submission stays where it is; the message says why, in words for the operator."""


class Stage:
    """A hidden folder in which submissions are made; a context manager.

    Parameters
    ----------
    submitted
        The folder that they go to. None makes them somewhere else, for a look at them.
    """

    def __init__(self, submitted: Path | None) -> None:
        if submitted is not None:
            submitted.mkdir(exist_ok=True)
            _remove_abandoned(submitted)
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=submitted))
        self._lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        with contextlib.suppress(OSError):  # a disk without locks
            _lock(self._lock)
        self._count = 0

    def make(
        self, name: str, notebook: Entry, files: Mapping[PurePosixPath, Entry], submitted_at: datetime | None
    ) -> tuple[Path, dict[PurePosixPath, str]]:
        """Write a submission; return its folder, and which of its files cannot be read, with the reason.

        Parameters
        ----------
        name
            Of the notebook.
        notebook, files
            What to write; files by their path from the notebook.
        submitted_at
            Written for nbgrader, where it is known.

        Raises
        ------
        Unreadable
            If the notebook cannot be read.
        """
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        _write(folder / name, notebook, MAX_NOTEBOOK_BYTES)
        unreadable = {}
        for path, entry in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            try:
                _write(folder / path, entry, MAX_FILE_BYTES)
            except Unreadable as error:
                unreadable[path] = str(error)
                (folder / path).unlink(missing_ok=True)
        if submitted_at is not None:
            (folder / TIMESTAMP).write_text(submitted_at.replace(tzinfo=None).isoformat(" "))
        return folder, unreadable

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


def state_of(folder: Path, place: Path, is_replacing: bool) -> State:
    """Return what putting a folder in a place would do.

    Raises
    ------
    NotPlaced
        If something else lies there that is not to be replaced, or may not be.
    """
    for path in (place.parent, place):
        if path.is_symlink() or (os.path.lexists(path) and not path.is_dir()):
            raise NotPlaced(f"{path} is no folder")
    twin = _twin_of(place.parent)
    if twin:
        raise NotPlaced(f"there is a student {twin!r} already, and some disks cannot tell the two apart")
    if not place.exists():
        return State.NEW
    if _files(folder) == _files(place):
        return State.UNCHANGED
    if not is_replacing:
        raise NotPlaced("another submission lies there: --replace puts this one in its place")
    return State.REPLACED


def put(folder: Path, place: Path, state: State) -> None:
    """Move a folder to its place, as `state_of` found it; what was there goes to where the folder was."""
    if state is State.UNCHANGED:
        return
    place.parent.mkdir(exist_ok=True)
    if state is State.REPLACED and not _exchanged(folder, place):
        old = folder.with_name(f"{folder.name}-old")
        place.rename(old)
        folder.rename(place)
    elif state is State.NEW:
        folder.rename(place)


def _write(path: Path, entry: Entry, max_bytes: int) -> None:
    try:
        descriptor = os.open(path, _NEW_FILE, 0o644)
    except OSError as error:
        raise Unreadable(f"it cannot be written as {path.name} ({error.strerror})") from None
    with os.fdopen(descriptor, "wb") as file:
        entry.copy_to(file, max_bytes)


def _twin_of(folder: Path) -> str:
    """Return the name of a folder beside it that differs in case or composed accents only."""
    if folder.parent.is_dir():
        for name in os.listdir(folder.parent):
            if name != folder.name and _folded(name) == _folded(folder.name):
                return name
    return ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _files(folder: Path) -> dict[str, str]:
    """Return a hash of each file, by path; empty for what is none. The time is no part of a submission."""
    found: dict[str, str] = {}
    for root, folders, files in os.walk(folder):
        for name in [*files, *(each for each in folders if (Path(root) / each).is_symlink())]:
            path = Path(root) / name
            digest = ""
            if stat.S_ISREG(path.lstat().st_mode):
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[str(path.relative_to(folder))] = digest
    found.pop(TIMESTAMP, None)
    return found


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders at once, and return whether the system can."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0


def _lock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_abandoned(submitted: Path) -> None:
    """Remove the hidden folders of runs that were killed: nobody holds their lock."""
    for folder in submitted.glob(f"{_PREFIX}*"):
        if time.time() - folder.lstat().st_mtime < _FRESH_S:
            continue
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                _lock(descriptor)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)
