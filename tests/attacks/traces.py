"""What grading and attacks leave on disk: files that changed, what carries the marker, memory of System V, mounts."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from attacks.catalogue.leftovers import SYSTEM_V_KEY
from attacks.course import Fortress
from courses import ROOT

OUTPUTS = ("reports", "feedback", "autograded", "gradebook.db", ".autograder/cache", ".autograder/settled")
"""What grading writes in a course folder."""


def files(fortress: Fortress) -> dict[str, str]:
    """Return a fingerprint of every file that grading has no business to change, by its path."""
    outputs = tuple(str(fortress.root / name) for name in OUTPUTS)
    found = {str(path): _fingerprint(path) for path in _below(fortress.base) if not str(path).startswith(outputs)}
    for path in _below(Path(sys.prefix)):
        if "__pycache__" not in path.parts:  # Python itself writes there, whoever uses it
            status = path.lstat()
            modified = status.st_mtime_ns if stat.S_ISREG(status.st_mode) else ""
            found[str(path)] = f"{status.st_mode} {status.st_size} {modified}"
    return found


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths that were made, changed or removed."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


def marked(marker: str, base: Path) -> tuple[str, ...]:
    """Return what has the marker in its name wherever everybody may write, or attacks have tried to."""
    folders = [base, Path("/var/tmp"), Path("/dev/shm"), Path(sys.prefix), ROOT / "autograder"]
    found = {str(path) for folder in folders for path in _below(folder) if marker in path.name}
    found |= {str(path) for path in Path("/tmp").glob(f"*{marker}*")}
    if re.search(rf"^\s*{SYSTEM_V_KEY}\s", Path("/proc/sysvipc/shm").read_text(), re.MULTILINE):
        found.add(f"{marker}-segment")
    return tuple(sorted(found))


def mounts() -> set[str]:
    """Return every mount that this process sees."""
    return set(Path("/proc/self/mountinfo").read_text().splitlines())


def clean(left: tuple[str, ...]) -> None:
    """Remove what attacks without a wall around them left outside the course."""
    for path in left:
        with contextlib.suppress(OSError):
            Path(path).unlink()
    libc = ctypes.CDLL(None)
    number = libc.shmget(SYSTEM_V_KEY, 0, 0)
    if number >= 0:
        libc.shmctl(number, 0, None)


def remove(base: Path) -> None:
    """Remove a course, however attacks closed its folders."""
    for folder, _, _ in os.walk(base):
        with contextlib.suppress(OSError):
            Path(folder).chmod(0o700)
    shutil.rmtree(base, ignore_errors=True)


def _below(folder: Path) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        yield from (Path(path, name) for name in (*folders, *names))


def _fingerprint(path: Path) -> str:
    status = path.lstat()
    text = f"{stat.filemode(status.st_mode)} {status.st_uid}"
    if stat.S_ISREG(status.st_mode):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        text += f" {status.st_mtime_ns} {digest} {sorted(os.listxattr(path))}"
    return text
