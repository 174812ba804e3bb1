"""Starts processes that find the interpreter reachable for every user, on machines where it lies in a closed home.

The Landlock tier drops root for a user who owns nothing. Where the interpreter is in root's home, that user cannot
reach it, and the tier rightly refuses to work; tests of it would be skipped on every such machine.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from autograder.sandbox.isolation import kernel

Made = TypeVar("Made")


def closed_folder() -> Path | None:
    """Return the first folder on the way to the interpreter that other users may not pass."""
    target = Path(os.path.realpath(sys.base_prefix))
    return next((folder for folder in reversed(target.parents) if not folder.stat().st_mode & 0o001), None)


def open_the_way() -> None:
    """Give the calling thread a view of the files in which that folder can be passed; it holds the interpreter only."""
    closed = closed_folder()
    if closed is None or os.geteuid() != 0:
        return
    first = Path(os.path.realpath(sys.base_prefix)).relative_to(closed).parts[0]
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount("none", "/", flags=kernel.RECURSIVE | kernel.PRIVATE)
    with tempfile.TemporaryDirectory() as kept:
        kernel.mount(str(closed / first), kept, flags=kernel.BIND)
        kernel.mount("tmpfs", str(closed), "tmpfs", 0, "mode=0755")
        (closed / first).mkdir()
        kernel.mount(kept, str(closed / first), flags=kernel.BIND)
        kernel.unmount(kept)


def start(make: Callable[[], Made]) -> Made:
    """Return what `make` returns, with every process that it starts under such a view; raises what goes wrong."""

    def run() -> Made:
        open_the_way()
        return make()

    with ThreadPoolExecutor(max_workers=1) as threads:  # the view is a thread's, and ends with it
        return threads.submit(run).result()
