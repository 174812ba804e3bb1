"""The trusted end of a fork server: start it, and ask it for children."""

from __future__ import annotations

import array
import json
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Any, Protocol, Self

from autograder.errors import InfrastructureError
from autograder.sandbox.child import END_S, Child
from autograder.wire import DEFAULT_CAPS, Caps, Channel

START_S = 120.0
"""How long a fork server may take to import what it needs; a cold disk needs half a minute."""


class ForkServer:
    """A running fork server; a context manager. Threads may share it.

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
        self._waiting = threading.Lock()  # its hello is said once, and read by one of the threads that wait for it

    def wait_until_ready(self) -> None:
        """Wait for the server's imports.

        Raises
        ------
        InfrastructureError
            If it did not start; the message ends with what it printed last.
        """
        with self._waiting:
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
        """Whether the server still runs; one that was killed lets go of its socket before it is gone."""
        poll = select.poll()
        poll.register(self._control, 0)  # a hang-up is told without being asked for
        return self._process.poll() is None and not poll.poll(0)

    def close(self) -> None:
        """End the server, and with it every child; one that still imports has none, and is not waited for."""
        self._control.close()
        if not self._is_ready:
            self._process.kill()
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
