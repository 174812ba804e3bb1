"""Runs a command and tells what it leaves running: ``python guard.py RESULT SECONDS PATIENCE COMMAND...``.

Whoever loses their parent becomes a child of this process, so nothing that the command started can hide. What is
still there some time after its end is written down as JSON, ``{"code": int, "left": [[str, ...], ...]}``, with
each process's name and command line, and is then killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def main(result: str, seconds: str, patience: str, *command: str) -> None:
    """Run the command for so many seconds at most, and write the result.

    `patience` is how many seconds what ends with the command may take to be gone.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    process = subprocess.Popen(command, start_new_session=True)
    try:
        code = process.wait(timeout=float(seconds))
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    end = time.monotonic() + float(patience)
    while _children() and time.monotonic() < end:
        time.sleep(0.05)
    left = [_name(pid) for pid in _descendants(os.getpid())]
    while children := _children():
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    Path(result).write_text(json.dumps({"code": code, "left": left}))


def _children() -> list[int]:
    """Return our children, after those that have ended were let go."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return _children_of(os.getpid())


def _children_of(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


def _descendants(pid: int) -> list[int]:
    children = _children_of(pid)
    return children + [deeper for child in children for deeper in _descendants(child)]


def _name(pid: int) -> tuple[str, str]:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip(), line
    except OSError:
        return "", "gone meanwhile"


if __name__ == "__main__":
    main(*sys.argv[1:])
