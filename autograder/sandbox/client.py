"""The trusted end: start a fork server, ask it for children, ask the children questions.

Who handles what goes wrong: a child's `SubmissionError` is raised here again; a child that is too slow,
gone or talks nonsense raises `ChildTooSlow`, `ChildGone` or `WireError`, and the caller, who knows whether
student code or ours was running, decides whose fault that is.
"""

from __future__ import annotations

import array
import contextlib
import json
import math
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

import msgspec

from autograder.errors import InfrastructureError, WireError
from autograder.sandbox.isolation import processes
from autograder.sandbox.isolation.settings import Wall, readable
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.service import told_error
from autograder.settings import Limits
from autograder.wire import DEFAULT_CAPS, Caps, Channel, Closed, TimedOut

START_S = 120.0
"""How long a fork server may take to import what it needs; a cold disk needs half a minute."""
FORK_S = 30.0
GRACE_S = 0.5
"""How long interrupted code may take to stop by itself."""
END_S = 10.0
"""How long the end of a process, and of all that it started, may take on a busy machine."""
_CPU_INTERVAL_S = 0.2


class ChildTooSlow(InfrastructureError):
    """A child did not answer in time; it is still running."""


class ChildOutOfCpu(ChildTooSlow):
    """A child used all of its CPU seconds; it is still running."""


class ChildGone(InfrastructureError):
    """A child ended before it answered."""


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
            self._process.wait(timeout=END_S)
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


class Children(Protocol):
    """Whatever gives out children."""

    def fork(self, spec: Mapping[str, Any], *descriptors: int, caps: Caps = DEFAULT_CAPS) -> Child:
        """Return a child that is what the spec says."""
        ...


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
        child = Child(Channel(job, caps), life)
        try:
            child.wait_until_ready()
        except BaseException:
            child.close()
            raise
        return child


class Child:
    """A forked process that answers questions; a context manager.

    Closing it, or our own end, kills it and all that it started. Where there is a wall, `pid` is its warden's, and
    `answering` a descriptor of the process behind it.
    """

    def __init__(self, channel: Channel, life: socket.socket) -> None:
        self.channel = channel
        self.pid = 0
        self.answering = -1
        self._life = life
        self._pidfd = -1
        self._last_id = 0
        self._end: _End | None = None
        self._is_closed = False

    def wait_until_ready(self) -> None:
        """Wait until the server has told which process it is, and the process that it is ready.

        Raises
        ------
        InfrastructureError
            If it could not become what it was asked to be, or the server is gone.
        """
        self._life.settimeout(FORK_S)
        while self._pidfd < 0 or self.answering < 0:
            try:
                match _told(self._life):
                    case {"pid": int(pid)}, pidfd:
                        self.pid, self._pidfd = pid, pidfd
                    case {"ready": True}, pidfd:
                        self.answering = pidfd
                    case {"failed": str(why)}, _:
                        raise InfrastructureError(f"a process could not be made ready: {why}")
                    case {"exit_code": code}, _:
                        raise InfrastructureError(f"a process ended before it was ready (exit status {code})")
            except (OSError, ValueError) as error:
                raise InfrastructureError(
                    "the fork server ended while it was asked for a process: grade again"
                ) from error

    def ask(self, op: str, /, *, timeout_s: float | None = None, cpu_s: float | None = None, **args: Any) -> Any:
        """Ask one question and return the answer.

        Parameters
        ----------
        timeout_s
            Seconds of wall clock that the answer may take.
        cpu_s
            CPU seconds that the process, and all that it starts, may take over it.

        Raises
        ------
        SubmissionError
            As the child told it: one of the kinds in `errors`.
        ChildTooSlow, ChildOutOfCpu, ChildGone, WireError, InfrastructureError
            Which of them when, says `sandbox.service`.
        """
        started, spent = time.monotonic(), 0.0 if cpu_s is None else self.cpu_s
        if self.channel.has_unread():
            raise WireError("the process sent something before it was asked")
        self._last_id = 1 + secrets.randbits(52)
        request = {"id": self._last_id, "op": op, "args": args, "caps": list(astuple(self.channel.caps))}
        try:
            self.channel.send(request, timeout_s, only_plain=True)
        except TimedOut:
            raise ChildTooSlow(f"{op} was not read in {timeout_s} s") from None
        except Closed:
            raise ChildGone(f"the process ended before {op}") from None
        except WireError as error:
            raise InfrastructureError(f"{op} cannot be asked: {error.message}") from error
        left_s = None if timeout_s is None else started + timeout_s - time.monotonic()
        return self.answer(left_s, total_cpu_s=None if cpu_s is None else spent + cpu_s)

    def answer(self, timeout_s: float | None, *, total_cpu_s: float | None = None) -> Any:
        """Return the answer to the last question, which may be late; there is one to each.

        Parameters
        ----------
        timeout_s
            Seconds of wall clock until the whole of it has to be there.
        total_cpu_s
            CPU seconds of the process and all that it started, since their start, at which waiting ends.

        Raises
        ------
        The same as `ask`.
        """
        deadline = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left_s = max(deadline - time.monotonic(), 0.0)
            step_s = left_s if total_cpu_s is None else min(left_s, _CPU_INTERVAL_S)
            try:
                answer = self.channel.receive(None if math.isinf(step_s) else step_s)
                break
            except TimedOut:
                if time.monotonic() >= deadline:
                    raise ChildTooSlow(f"no answer in {timeout_s} s") from None
            except Closed:
                raise ChildGone("the process ended before it answered") from None
            if total_cpu_s is not None and self.cpu_s > total_cpu_s:
                raise ChildOutOfCpu("all CPU seconds are used")
        asked, self._last_id = self._last_id, 0
        match answer:
            case {"id": int(number), "value": value, **rest} if not rest and number == asked != 0:
                return value
            case {"id": int(number), "error": error, **rest} if not rest and number == asked != 0:
                raise told_error(error)
        raise WireError("the answer is not one to the question that was asked")

    def interrupt(self) -> None:
        """Send SIGINT, as Jupyter's stop button does."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.answering, signal.SIGINT)

    @property
    def answering_pid(self) -> int:
        """The pid, as it is seen from here, of the process that answers; 0 once it is gone."""
        for line in Path(f"/proc/self/fdinfo/{self.answering}").read_text().splitlines():
            if line.startswith("Pid:"):
                return max(int(line.split()[1]), 0)
        return 0

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the process and all that it started."""
        return processes.usage([self.pid, *processes.descendants(self.pid)]).cpu_s

    @property
    def limit_hit(self) -> str:
        """Which of its totals ended the process, in a word (`memory`, `processes`, `disk`); empty where none did."""
        return self._ended().limit

    def how_it_ended(self) -> str:
        """Return for staff how a process that is gone ended; empty where that is not known."""
        return self._ended().how

    def _ended(self) -> _End:
        """Return what the server and the warden tell about the end, waiting for it a moment."""
        if self._end is None:
            self._end = _read_end(self._life)
        return self._end

    def wait(self, timeout_s: float) -> bool:
        """Return whether the process has ended, waiting at most `timeout_s` seconds for it."""
        ready, _, _ = select.select([self._pidfd], [], [], timeout_s)
        return bool(ready)

    def close(self) -> None:
        """Kill the process and all that it started, and wait until nothing is left of it."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            self._ended()
        for descriptor in (self._pidfd, self.answering):
            if descriptor >= 0:
                os.close(descriptor)
        self.channel.close()
        self._life.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True)
class _End:
    """How a process ended."""

    limit: str = ""
    how: str = ""


def _read_end(life: socket.socket) -> _End:
    limit = ""
    life.settimeout(END_S)
    try:
        while True:
            told = json.loads(life.recv(4096))
            limit = str(told.get("limit", limit))
            if "exit_code" in told:
                code = int(told["exit_code"])
                return _End(limit, f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}")
    except (OSError, ValueError, LookupError):
        return _End(limit)


def _told(life: socket.socket) -> tuple[dict[str, Any], int]:
    """Return the next packet about a child, and the descriptor that came with it (-1: none)."""
    packet, ancillary, _, _ = life.recvmsg(4096, socket.CMSG_SPACE(4))
    return json.loads(packet), array.array("i", ancillary[0][2])[0] if ancillary else -1


def walled(tier: Tier, limits: Limits, files: Mapping[str, Path] | None = None) -> dict[str, Any]:
    """Return the part of a spec that says which wall and limits the child gets.

    Parameters
    ----------
    files
        What it finds in its folder, by relative path.
    """
    wall = Wall(
        tier=tier,
        read_only=readable(),
        files={name: str(path.resolve()) for name, path in (files or {}).items()},
        environment=clean_environment(),
        memory_mib=limits.memory_mib,
        processes=limits.processes,
        file_mib=limits.file_mib,
        disk_mib=limits.disk_mib,
        inodes=limits.inodes,
        cpu_s=math.ceil(2 * limits.submission_s),
    )
    return {"wall": msgspec.to_builtins(wall)}


def clean_environment(**extra: str) -> dict[str, str]:
    """Return the environment of a fork server: what libraries read at import, and nothing of the operator's."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder"
    try:
        for name in ("matplotlib", "ipython", "keras"):
            (cache / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InfrastructureError(
            f"{cache} cannot be made ({error}): set XDG_CACHE_HOME to a folder of yours"
        ) from None
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "TMPDIR": tempfile.gettempdir(),
        "PYTHONHASHSEED": "0",  # sets and dicts of strings iterate alike in every grading
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its pool would be a second thread before the fork
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1"),
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "IPYTHONDIR": str(cache / "ipython"),
        "KERAS_HOME": str(cache / "keras"),
        **extra,
    }
