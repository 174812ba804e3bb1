"""The asking end of a plain process: spawned, not forked, and talked to over two sockets of this machine alone.

Everything here is there on Linux, macOS and Windows: a new interpreter, and connections to 127.0.0.1, which is how
Jupyter talks to its kernels. The process proves by a token that it is the one that was started. It has its user's
rights, sees a folder of its own with the assignment's files, and ends with the process that asks. Its time is limited
as in grading; its memory, disk and network are not.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from autograder.errors import InfrastructureError, WireError
from autograder.sandbox.asking import Asked
from autograder.wire import DEFAULT_CAPS, Caps, Channel, Closed, TimedOut

MODULE = "autograder.checking.child"
PORT, TOKEN = "AUTOGRADER_CHECK_PORT", "AUTOGRADER_CHECK_TOKEN"
JOB, CONTROL = b"j", b"c"
"""What a connection is for: questions, or what is to happen while one is answered."""
TOKEN_CHARS = 64
START_S = 180.0
"""How long a process may take to import TensorFlow; a virus scanner that sees it for the first time is slow."""
_HELLO_S = 10.0
_END_S = 10.0
_TOLD_S = 1.0
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # these are what grading sets: sets and dicts of strings iterate alike
    "PYTHONDONTWRITEBYTECODE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "Agg",
}


class Spawner:
    """Gives out processes as a fork server does, each a new interpreter.

    Parameters
    ----------
    files
        What a process finds in its folder: the content, by relative path.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)

    def fork(self, spec: Mapping[str, Any], *descriptors: int, caps: Caps = DEFAULT_CAPS) -> Spawned:
        """Start a process, and wait until it is what the spec says.

        Raises
        ------
        InfrastructureError
            If it does not start, or a package that it needs is missing.
        """
        if descriptors:
            raise InfrastructureError(f"a spawned process gets no descriptors: {len(descriptors)} were given")
        process = Spawned.start(spec, self._files, caps)
        try:
            process.wait_until_ready()
        except BaseException:
            process.close()
            raise
        return process


class Spawned(Asked):
    """A process of its own interpreter that answers questions; a context manager."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        folder: tempfile.TemporaryDirectory[str],
        log: IO[bytes],
        job: Channel,
        control: Channel,
    ) -> None:
        super().__init__(job)
        self._process = process
        self._folder = folder
        self._log = log
        self._control = control
        self._cpu_s = 0.0
        self._is_ready = False
        self._is_closed = False

    @classmethod
    def start(cls, spec: Mapping[str, Any], files: Mapping[str, bytes], caps: Caps = DEFAULT_CAPS) -> Spawned:
        """Start a process and tell it what to be, without waiting until it is.

        Raises
        ------
        InfrastructureError
            If no interpreter starts here.
        """
        with contextlib.ExitStack() as undo:
            folder = tempfile.TemporaryDirectory(prefix="autograder-check-", ignore_cleanup_errors=True)
            undo.callback(folder.cleanup)
            log = undo.enter_context(tempfile.TemporaryFile())
            token = secrets.token_hex(TOKEN_CHARS // 2)
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = listener.getsockname()[1]
                process = _popen(Path(folder.name), files, {PORT: str(port), TOKEN: token}, log)
                undo.callback(_end, process)
                found: dict[bytes, socket.socket] = {}
                deadline = time.monotonic() + START_S
                while len(found) < 2:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise InfrastructureError(f"a second Python does not start here: {_last_words(log)}")
                    met = _next(listener, token)
                    if met is not None:
                        found[met[0]] = undo.enter_context(met[1])
            started = cls(process, folder, log, Channel(found[JOB], caps), Channel(found[CONTROL]))
            with contextlib.suppress(Closed, TimedOut):  # it has ended: `wait_until_ready` says why
                started.channel.send(dict(spec), _HELLO_S)
            undo.pop_all()
            return started

    def wait_until_ready(self) -> None:
        """Wait until it has imported what it needs.

        Raises
        ------
        InfrastructureError
            If it cannot; the message says which package is missing, or what it printed last.
        """
        if self._is_ready:
            return
        try:
            match self._control.receive(START_S):
                case {"ready": True}:
                    self._is_ready = True
                    return
                case {"failed": str(why)}:
                    raise InfrastructureError(
                        f"TensorFlow and Keras cannot be used here ({why}): "
                        "`pip install -r requirements.txt`, with the file of the release, installs what is needed"
                    )
        except (Closed, TimedOut, WireError):
            pass
        raise InfrastructureError(f"a second Python ended, or was too slow, while it started: {_last_words(self._log)}")

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the cell that was asked for last; one that was answered meanwhile is over."""
        with contextlib.suppress(Closed, TimedOut):
            self._control.send({"op": "interrupt", "id": self._last_id}, _TOLD_S)

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the process, without those that it started, as it last told."""
        with contextlib.suppress(Closed, TimedOut, WireError):
            self._control.send({"op": "cpu"}, _TOLD_S)
            match self._control.receive(_TOLD_S):
                case {"cpu_s": float(seconds)}:
                    self._cpu_s = max(self._cpu_s, seconds)
        return self._cpu_s

    @property
    def limit_hit(self) -> str:
        """Always empty: nothing but time is limited here."""
        return ""

    def how_it_ended(self) -> str:
        """Return how it ended; empty where it has not."""
        try:
            code = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return ""
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"killed by {signal.Signals(-code).name}"
        return f"exit status {code}"

    def close(self) -> None:
        """End the process and what it started, and remove its folder."""
        if self._is_closed:
            return
        self._is_closed = True
        self.channel.close()
        self._control.close()
        _end(self._process)
        self._log.close()
        self._folder.cleanup()


def _popen(
    folder: Path, files: Mapping[str, bytes], extra: Mapping[str, str], log: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start an interpreter in a folder of its own, out of reach of the terminal's Ctrl-C."""
    work = folder / "work"
    work.mkdir()
    for name, data in files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    own = {"IPYTHONDIR": str(folder / "ipython"), "KERAS_HOME": str(folder / "keras")}  # and not the user's settings
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", MODULE],
            cwd=work,
            env={**os.environ, **_ENVIRONMENT, **own, **extra},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # what Windows has in its place
        )
    except OSError as error:
        raise InfrastructureError(f"a second Python cannot be started ({sys.executable}): {error}") from error


def _next(listener: socket.socket, token: str) -> tuple[bytes, socket.socket] | None:
    """Return what the next connection is for, and the connection; None where none came, or not from our process."""
    listener.settimeout(0.5)
    try:
        met, _ = listener.accept()
    except TimeoutError:
        return None
    hello = b""
    with contextlib.suppress(OSError):
        met.settimeout(_HELLO_S)
        while len(hello) < TOKEN_CHARS + 1 and (piece := met.recv(TOKEN_CHARS + 1 - len(hello))):
            hello += piece
    said, part = hello[:TOKEN_CHARS], hello[TOKEN_CHARS:]
    if hmac.compare_digest(said, token.encode()) and part in (JOB, CONTROL):
        met.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # questions are small, and answered one by one
        return part, met
    met.close()
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process; where there are process groups, what it started too."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _last_words(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read()[-2000:].decode(errors="replace").strip() or "it printed nothing"
