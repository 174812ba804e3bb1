"""The trusted end: start a fork server, ask it for children, ask the children questions.

Who handles what goes wrong: a child's `SubmissionError` is raised here again; a child that is too slow,
gone or talks nonsense raises `ChildTooSlow`, `ChildGone` or `WireError`, and the caller, who knows whether
student code or ours was running, decides whose fault that is.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from autograder import errors
from autograder.errors import InfrastructureError, SubmissionError, WireError
from autograder.wire import DEFAULT_CAPS, Caps, Channel, Closed, TimedOut

START_S = 120.0
"""How long a fork server may take to import what it needs; a cold disk needs half a minute."""
FORK_S = 30.0
GRACE_S = 3.0
"""How long interrupted code may take to stop by itself."""


class ChildTooSlow(InfrastructureError):
    """A child did not answer in time; it is still running."""


class ChildGone(InfrastructureError):
    """A child ended before it answered."""


_RAISED_AGAIN: dict[str, type[SubmissionError]] = {
    kind.__name__: kind
    for kind in (
        errors.NotDefined,
        errors.WrongKind,
        errors.StudentCodeRaised,
        errors.LimitExceeded,
        errors.ModelRefused,
    )
}


class ForkServer:
    """A running fork server; a context manager.

    Parameters
    ----------
    module
        What to run with ``python -m``; it calls `forkserver.serve` with the descriptor in ``argv[1]``.
    environment
        The whole environment of the server: nothing of ours is passed on.
    """

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self.module = module
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-m", module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
        self._is_ready = False

    def wait_until_ready(self) -> None:
        """Wait for the server's imports.

        Raises
        ------
        InfrastructureError
            If it did not start; the message ends with what it printed last.
        """
        if self._is_ready:
            return
        self._control.settimeout(START_S)
        try:
            hello = self._control.recv(4096)
        except OSError:
            hello = b""
        if not hello:
            self._process.kill()
            raise InfrastructureError(f"{self.module} did not start: {self._last_words()}")
        self._is_ready = True

    @property
    def control(self) -> ControlSocket:
        """The socket that children are asked for on; may be handed to other processes of ours."""
        self.wait_until_ready()
        return ControlSocket(self._control)

    @property
    def is_alive(self) -> bool:
        """Whether the server still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the server, and with it every child."""
        self._control.close()
        try:
            self._process.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read()[-2000:].decode(errors="replace").strip() or "it printed nothing"


class ControlSocket:
    """The asking end of a fork server's control socket, wherever in our processes it is."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def fileno(self) -> int:
        """Return the descriptor, to pass it on."""
        return self._socket.fileno()

    def fork(self, spec: Mapping[str, Any], *descriptors: int, caps: Caps = DEFAULT_CAPS) -> Child:
        """Ask for a child.

        Parameters
        ----------
        spec
            What the child is to be: JSON.
        descriptors
            Further descriptors that the child gets.
        caps
            What is accepted from the child.

        Raises
        ------
        InfrastructureError
            If the server is gone or does not answer.
        """
        job, their_job = socket.socketpair()
        life, their_life = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with their_job, their_life:
            passed = array.array("i", [their_job.fileno(), their_life.fileno(), *descriptors])
            try:
                self._socket.sendmsg(
                    [json.dumps(dict(spec)).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)]
                )
            except OSError as error:
                job.close()
                life.close()
                raise InfrastructureError(f"the fork server is gone ({error}): grade again") from error
        life.settimeout(FORK_S)
        try:
            packet, ancillary, _, _ = life.recvmsg(4096, socket.CMSG_SPACE(4))
            pidfd = array.array("i", ancillary[0][2])[0]
            pid = int(json.loads(packet)["pid"])
        except (OSError, ValueError, LookupError) as error:
            job.close()
            life.close()
            raise InfrastructureError("the fork server ended while it was asked for a process: grade again") from error
        return Child(Channel(job, caps), life, pid, pidfd)


class Child:
    """A forked process that answers questions; a context manager.

    Closing it, or our own end, kills it and its process group.
    """

    def __init__(self, channel: Channel, life: socket.socket, pid: int, pidfd: int) -> None:
        self.channel = channel
        self.pid = pid
        self._life = life
        self._pidfd = pidfd
        self._last_id = 0

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        """Ask one question and return the answer.

        Raises
        ------
        SubmissionError
            As the child told it: one of the kinds in `errors`.
        ChildTooSlow, ChildGone, WireError, InfrastructureError
        """
        self._last_id += 1
        try:
            self.channel.send({"id": self._last_id, "op": op, "args": args}, timeout_s)
        except TimedOut:
            raise ChildTooSlow(f"{op} was not read in {timeout_s} s") from None
        except Closed:
            raise ChildGone(f"the process ended before {op}") from None
        return self.answer(timeout_s)

    def answer(self, timeout_s: float | None) -> Any:
        """Return the answer to the last question, which may be late.

        Raises
        ------
        The same as `ask`.
        """
        try:
            answer = self.channel.receive(timeout_s)
        except TimedOut:
            raise ChildTooSlow(f"no answer in {timeout_s} s") from None
        except Closed:
            raise ChildGone("the process ended before it answered") from None
        match answer:
            case {"id": self._last_id, "value": value, **rest} if not rest:
                return value
            case {"id": self._last_id, "error": {"kind": str(kind), "message": str(message), "staff_note": str(note)}}:
                raised = _RAISED_AGAIN.get(kind)
                if raised is not None:
                    raise raised(message, staff_note=note)
                raise InfrastructureError(message)
        raise WireError("the answer is not one to the question that was asked")

    def interrupt(self) -> None:
        """Send SIGINT, as Jupyter's stop button does."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGINT)

    def how_it_ended(self) -> str:
        """Return for staff how a process that is gone ended; empty where that is not known."""
        self._life.settimeout(GRACE_S)
        try:
            end = json.loads(self._life.recv(4096))
            code, peak = int(end["exit_code"]), float(end["peak_mib"])
        except (OSError, ValueError, LookupError):
            return ""
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        return f"{how}, {peak:.0f} MiB at its peak"

    def wait(self, timeout_s: float) -> bool:
        """Return whether the process has ended, waiting at most `timeout_s` seconds for it."""
        ready, _, _ = select.select([self._pidfd], [], [], timeout_s)
        return bool(ready)

    def close(self) -> None:
        """Kill the process and its group, and wait until it is gone."""
        if self._pidfd < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self.wait(GRACE_S)
        os.close(self._pidfd)
        self._pidfd = -1
        self.channel.close()
        self._life.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def clean_environment(**extra: str) -> dict[str, str]:
    """Return the environment of a fork server: what libraries read at import, and nothing of the operator's."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder"
    (cache / "matplotlib").mkdir(parents=True, exist_ok=True)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "PYTHONHASHSEED": "0",  # sets and dicts of strings iterate alike in every grading
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its pool would be a second thread before the fork
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1"),
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        **extra,
    }
