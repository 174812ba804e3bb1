"""Processes for naive graders: forked from one that has everything imported, each in a folder of its own."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PATIENCE_S = 30.0


def forked(student: Callable[[], None], stdout: int | None = None) -> int:
    """Run a function in a process of its own, which ends as Python's processes do."""
    process = os.fork()
    if process:
        return process
    os.setpgid(0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null if stdout is None or descriptor == 0 else stdout, descriptor)
    status = 1
    try:
        atexit._clear()
        student()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001 - whatever student code raises
        status = 1
    finally:
        atexit._run_exitfuncs()
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(status)


def wait(process: int) -> int:
    """Return the status of a process, which is ended when it takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    status = None
    while status is None and time.monotonic() < deadline:
        found, how = os.waitpid(process, os.WNOHANG)
        if found:
            status = os.waitstatus_to_exitcode(how)
        else:
            time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    if status is None:
        os.waitpid(process, 0)
    return -1 if status is None else status


@contextlib.contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


@contextlib.contextmanager
def in_a_folder() -> Iterator[None]:
    """Work for a while in a new folder, which is the home as well: student code is not kept from writing."""
    before, folder = Path.cwd(), Path(tempfile.mkdtemp(prefix="naive-"))
    home = folder / "home"
    home.mkdir()
    os.chdir(home)
    os.environ["HOME"] = str(home)
    try:
        yield
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def output(student: Callable[[], None]) -> bytes:
    """Return what a process prints."""
    with tempfile.TemporaryFile() as file:
        wait(forked(student, file.fileno()))
        file.seek(0)
        return file.read()
