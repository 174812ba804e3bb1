"""Reads zip archives of which every name and every number may be a lie.

Only regular files are read, by names that stay below where they are put, are NFC, and are no twins: two entries
whose names differ in case or in composed accents only would be one file on some disks, so neither is read. Nothing
is written here by a name that an archive gives.

============================================ ==========================================================
what an archive may do                       what holds it
============================================ ==========================================================
a directory of millions of entries           `MAX_DIRECTORY` bytes of it are read, `MAX_ENTRIES` kept
a small entry that inflates without end      the caller's bound, `MAX_RATIO`, and the `Budget` of the run,
                                             all counted while it inflates
a wrong size or checksum                     the entry cannot be read
encryption, a compression beside deflate     the entry is refused
links, devices, pipes                        refused by the mode that the archive tells
``..``, absolute paths, drives, backslashes, refused, the backslash being taken for a slash
control and invisible characters
============================================ ==========================================================
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

MAX_DIRECTORY = 8 << 20
MAX_ENTRIES = 50_000
MAX_RATIO = 200
"""How many times its compressed size an entry may take, beyond `_FREE_BYTES`; deflate reaches 1,032."""
_FREE_BYTES = 1 << 20
_PIECE = 1 << 16
_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 1000
_MAX_DEPTH = 16
_DRIVE = re.compile(r"[A-Za-z]:")
_UTF8 = 0x800
_ENCRYPTED = 0x1
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
)
"""What `zipfile` raises for archives that somebody made by hand; `NotImplementedError` is a `RuntimeError`."""


class Unreadable(Exception):
    """An archive or an entry cannot be read; the message says why, in words for the operator."""


@dataclass
class Budget:
    """How many bytes may still be inflated, in the whole run."""

    num_bytes: int = 8 << 30


@dataclass(frozen=True)
class Entry:
    """A file in an archive, by a name that is safe to use."""

    archive: Archive
    path: PurePosixPath
    info: zipfile.ZipInfo

    @property
    def modified(self) -> tuple[int, ...]:
        """The date and time that the archive gives, in whatever zone it was made: year to second."""
        return tuple(self.info.date_time)

    @property
    def content(self) -> tuple[int, int]:
        """Checksum and length: equal for equal contents."""
        return self.info.CRC, self.info.file_size

    def copy_to(self, file: IO[bytes], max_bytes: int) -> None:
        """Inflate the entry into a file.

        Raises
        ------
        Unreadable
            If it is damaged, or larger than `max_bytes` or than the run may still inflate; what was written until
            then is of no use.
        """
        self.archive.copy(self.info, file, max_bytes)


@dataclass(frozen=True)
class Refused:
    """An entry that is not read, under the name that the archive gives it."""

    name: str
    reason: str


class Archive:
    """An open zip archive.

    Parameters
    ----------
    file
        Open for reading, at any position.
    name
        For people.
    budget
        Of the run.

    Raises
    ------
    Unreadable
        If it is no zip archive, or one with a directory that is too large.
    """

    def __init__(self, file: IO[bytes], name: str, budget: Budget) -> None:
        self.name = name
        self._budget = budget
        try:
            self._zip = zipfile.ZipFile(_Careful(file))  # what zipfile uses of a file
        except _FAULTS as error:
            raise Unreadable(f"it is no zip archive that can be read ({_words(error)})") from None
        infos = self._zip.infolist()
        if len(infos) > MAX_ENTRIES:
            raise Unreadable(f"it has {len(infos):,} entries, at most {MAX_ENTRIES:,} are looked at")
        self.entries, self.refused = self._looked_at(infos)

    def copy(self, info: zipfile.ZipInfo, file: IO[bytes], max_bytes: int) -> None:
        """Inflate one entry; see `Entry.copy_to`."""
        if info.file_size > max_bytes:
            raise Unreadable(f"it holds {_mib(info.file_size)}, at most {_mib(max_bytes)} are taken")
        written = 0
        for piece in self._inflated(info):
            written += len(piece)
            self._budget.num_bytes -= len(piece)
            if written > max(_FREE_BYTES, MAX_RATIO * info.compress_size):
                raise Unreadable(f"it inflates to more than {MAX_RATIO} times its size")
            if self._budget.num_bytes < 0:
                raise Unreadable("the archives together inflate to more than is read in one run")
            file.write(piece)

    def _inflated(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield an entry's bytes, which `zipfile` ends at the size that the entry claims."""
        try:
            with self._zip.open(info) as source:
                while piece := source.read(_PIECE):
                    yield piece
        except _FAULTS as error:
            raise Unreadable(f"it is damaged ({_words(error)})") from None

    def _looked_at(self, infos: Iterable[zipfile.ZipInfo]) -> tuple[tuple[Entry, ...], tuple[Refused, ...]]:
        entries, refused = [], []
        for info in infos:
            name = _name(info)
            if name.endswith(("/", "\\")):
                continue  # a folder; what is in it says so itself
            try:
                entries.append(Entry(self, safe_path(name), _regular(info)))
            except Unreadable as error:
                refused.append(Refused(name, str(error)))
        count = Counter(twin(entry.path) for entry in entries)
        folders = {twin(parent) for entry in entries for parent in entry.path.parents}
        kept = []
        for entry in entries:
            if count[twin(entry.path)] > 1:
                refused.append(Refused(str(entry.path), "the archive has two files of this name"))
            elif twin(entry.path) in folders:
                refused.append(Refused(str(entry.path), "the archive has a folder of this name too"))
            else:
                kept.append(entry)
        return tuple(kept), tuple(refused)


def safe_path(name: str) -> PurePosixPath:
    """Return a name of an archive as a relative path in NFC, of which every part is an ordinary visible name.

    Raises
    ------
    Unreadable
        If it is not, or not with certainty.
    """
    text = unicodedata.normalize("NFC", name.replace("\\", "/"))
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text.startswith("/") or ".." in parts or (parts and _DRIVE.match(parts[0])):
        raise Unreadable("its name leads out of the archive")
    if not parts or not all(part.isprintable() for part in parts):
        raise Unreadable("its name holds characters that cannot be seen")
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        raise Unreadable("its name is not text") from None
    if max(sizes) > _MAX_NAME_BYTES or sum(sizes) > _MAX_PATH_BYTES or len(parts) > _MAX_DEPTH:
        raise Unreadable("its name is too long")
    return PurePosixPath(*parts)


def _regular(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return the entry where it is an ordinary file that can be read."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Unreadable("it is a link")
    if kind not in (0, stat.S_IFREG):
        raise Unreadable("it is no ordinary file")
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("it is compressed in a way that is not read here")
    return info


def _name(info: zipfile.ZipInfo) -> str:
    """Return an entry's whole name; many programs write UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        try:
            return name.encode("cp437").decode()
        except UnicodeError:
            pass
    return name


def twin(path: PurePosixPath) -> str:
    """Return what is equal for paths that are one on some disk."""
    return unicodedata.normalize("NFC", str(path).casefold())


def _mib(num_bytes: int) -> str:
    return f"{num_bytes / (1 << 20):,.3g} MiB"


def _words(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__


class _Careful:
    """A file that is read only by pieces of a bounded size: `zipfile` reads a directory at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        """Return bytes as a file does.

        Raises
        ------
        ValueError
            If they are more than `MAX_DIRECTORY`.
        """
        data = self._file.read(min(size, MAX_DIRECTORY + 1) if size >= 0 else MAX_DIRECTORY + 1)
        if len(data) > MAX_DIRECTORY:
            raise ValueError("its directory is too large")
        return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()
