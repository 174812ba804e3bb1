"""What a folder takes on disk, however student code arranged it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

MAX_DEPTH = 64
"""Folders in folders; beyond it a path could grow too long for the kernel to look at."""


@dataclass(frozen=True)
class Content:
    """Bytes and entries below a folder; `is_hidden` where there are more that could not be looked at."""

    num_bytes: int
    num_entries: int
    is_hidden: bool


def content(folder: Path, *, most_entries: int) -> Content:
    """Measure a folder without following links, up to a number of entries."""
    num_bytes = num_entries = 0
    is_hidden = False
    pending = [(str(folder), 0)]
    while pending and num_entries <= most_entries and not is_hidden:
        path, depth = pending.pop()
        is_hidden = depth > MAX_DEPTH
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    num_entries += 1
                    with contextlib.suppress(FileNotFoundError):  # what is gone takes nothing
                        num_bytes += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        pending.append((entry.path, depth + 1))
        except PermissionError:  # a folder that its owner closed to itself, and can still write to
            is_hidden = True
        except OSError:
            continue
    return Content(num_bytes, num_entries, is_hidden)


def remove(folder: Path, owners: Collection[int]) -> None:
    """Remove a folder that no process uses any more, whatever is in it.

    Others may write where it lies, and may have put something of theirs in its place: a link is not followed, and
    what is no folder of ours is left alone.

    Parameters
    ----------
    owners
        The users who it may belong to, by their ids.
    """
    try:
        inside = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # it is gone, or it is no folder
        return
    try:
        if os.fstat(inside).st_uid in owners:
            _remove(folder, f"/proc/self/fd/{inside}")
    finally:
        os.close(inside)


def _remove(folder: Path, inside: str) -> None:
    """Remove a folder; `inside` is a way into it that leads nowhere else whatever happens to its name."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except (OSError, RecursionError):  # closed by its owner, or deeper than Python's stack
        with contextlib.suppress(OSError):
            Path(inside).chmod(0o700)
            subprocess.run(["/bin/chmod", "-R", "u+rwX", "."], cwd=inside, check=False, capture_output=True)
            subprocess.run(["/bin/rm", "-rf", "--", str(folder)], check=False, capture_output=True)
