"""nbgrader's Formgrader on the course's gradebook, in a JupyterLab of its own."""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
import sys
from dataclasses import dataclass

from autograder.course import Course
from autograder.errors import InfrastructureError

_NEEDED = ("jupyterlab", "nbgrader")


@dataclass(frozen=True)
class Formgrader:
    """How to start the server: a command line with its environment, and where its page is then."""

    command: tuple[str, ...]
    environment: dict[str, str]
    url: str


def prepare(course: Course, *, port: int = 0, opens_browser: bool = True) -> Formgrader:
    """Return how to start Formgrader for a course.

    It listens on this machine alone, and lets in who knows the token in the address.

    Parameters
    ----------
    port
        Where it listens; a free one where 0.

    Raises
    ------
    InfrastructureError
        If JupyterLab or nbgrader is not installed, or the port is taken.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise InfrastructureError(f"{' and '.join(missing)} is not installed here: pip install 'autograder[course]'")
    port = _free_port(port)
    token = secrets.token_urlsafe(24)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        f"--ServerApp.root_dir={course.root}",
        "--LabApp.default_url=/formgrader",
        "--log-level=ERROR",
        *(() if opens_browser else ("--no-browser",)),
        *(("--allow-root",) if os.geteuid() == 0 else ()),
    ]
    return Formgrader(
        tuple(command),
        {**os.environ, "JUPYTER_TOKEN": token},  # others on the machine can read a command line
        f"http://127.0.0.1:{port}/formgrader?token={token}",
    )


def _free_port(port: int) -> int:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise InfrastructureError(f"port {port} is taken: name another one with --port") from error
        return int(listener.getsockname()[1])
