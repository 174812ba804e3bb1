"""Lets only so many trainings run at a time on one machine, whatever started them.

A training takes all the cores that it can get, so two at once finish no earlier than one after the other, and
twice as much memory is needed. A slot is a locked file; the kernel frees it when its holder ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

POLL_S = 0.1
"""How often somebody who waits looks for a free slot: nothing beside the seconds that a training takes."""


def machine_folder() -> Path:
    """Return where the slots of this machine lie, for all courses of one user."""
    return Path(tempfile.gettempdir()) / f"autograder-{os.getuid()}"


@contextlib.contextmanager
def slot(folder: Path, count: int = 1) -> Iterator[int]:
    """Hold one of `count` slots, its number in 0..count-1; wait until one is free."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context((folder / f"slot-{number}.lock").open("w")) for number in range(count)]
        while True:
            for number, file in enumerate(files):
                if _is_taken_now(file):
                    yield number
                    return
            time.sleep(POLL_S)


def _is_taken_now(file: IO[str]) -> bool:
    """Try to lock a file; whether that worked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
