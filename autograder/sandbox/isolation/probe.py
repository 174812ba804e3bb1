"""Behind the wall, in place of student code: tries to break out, and tells what came of it.

It gets told where everything is, as an attacker could have found out. What it reports decides nothing about marks:
it is our code, and the wall is what is tested.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from autograder.sandbox import service
from autograder.sandbox.forkserver import Request
from autograder.sandbox.isolation import kernel
from autograder.wire import Channel

CANARY = "canary.txt"
_RARELY_IMPORTED = "wave"
"""A module of the standard library that nothing has imported yet."""


def run(request: Request) -> None:
    """Serve the attempts."""
    service.serve(Channel(request.job), {"settle": settle, "attempt": attempt, "live": live})


def settle() -> str:
    """Leave a canary in our own folder, for another process to look for; its path."""
    path = Path.cwd() / CANARY
    path.write_text("canary")
    return str(path)


def live() -> str:
    """Do what an honest notebook does; an empty text where all of it goes."""
    try:
        Path("honest.txt").write_text("honest")
        Path("honest.txt").unlink()
        importlib.import_module(_RARELY_IMPORTED)
        os.waitpid(_forked(), 0)
        Path("/proc/self/status").read_text()
    except (OSError, ImportError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def attempt(*, secret: str, port: int, pid: int, others: list[str]) -> list[tuple[str, bool, str]]:
    """Try everything; what was tried, whether the wall held, and what the kernel said.

    Parameters
    ----------
    secret
        A file in the course folder that any user may read.
    port
        Of 127.0.0.1, where somebody listens.
    pid
        A process of the operator's.
    others
        Where the canary of another submission would be found.
    """
    attempts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("reads a file of the course", lambda: Path(secret).read_bytes()),
        ("writes beside a file of the course", lambda: _left(Path(f"{secret}.forged"))),
        ("reads another submission's folder", lambda: _first_read(others)),
        ("reads the environment of another process", lambda: Path(f"/proc/{pid}/environ").read_bytes()),
        ("opens the memory of another process", lambda: _opened(f"/proc/{pid}/mem")),
        ("signals another process", lambda: os.kill(pid, 0)),
        ("connects to a port of the machine", lambda: socket.create_connection(("127.0.0.1", port), 2).close()),
        ("changes the installed packages", lambda: _left(Path(sys.prefix, "forged.pth"))),
        ("gets the rights of the administrator", lambda: os.setuid(0) if os.getuid() else os.chroot("/")),
        ("makes a namespace", lambda: kernel.unshare(kernel.NEW_USER)),
        ("mounts a file system", lambda: kernel.mount("none", "/tmp", "tmpfs")),  # noqa: S108 - it is to fail
    )
    return [(what, *_tried(action)) for what, action in attempts]


def _tried(action: Callable[[], object]) -> tuple[bool, str]:
    """Return whether an attempt failed, and how."""
    try:
        action()
    except OSError as error:
        return True, type(error).__name__ if error.strerror is None else error.strerror
    return False, "it worked"


def _first_read(paths: list[str]) -> bytes:
    error: OSError = FileNotFoundError()
    for path in paths:
        try:
            return Path(path).read_bytes()
        except OSError as failed:
            error = failed
    raise error


def _left(path: Path) -> None:
    """Write a file, and take it away again where that worked."""
    path.write_text("")
    path.unlink()


def _opened(path: str) -> None:
    os.close(os.open(path, os.O_RDONLY))


def _forked() -> int:
    pid = os.fork()
    if pid == 0:
        signal.alarm(5)
        os._exit(0)
    return pid
