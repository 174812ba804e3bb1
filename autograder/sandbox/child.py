"""The trusted end of one forked process: stop it, learn what it uses and how it ended (`asking` asks it)."""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import InfrastructureError
from autograder.sandbox.asking import SERVER_GONE, Asked
from autograder.sandbox.isolation import processes
from autograder.wire import Channel

FORK_S = 30.0
"""How long a fork may take until it is what it was asked to be."""
END_S = 10.0
"""How long the end of a process, and of all that it started, may take on a busy machine."""


class Child(Asked):
    """A forked process that answers questions; a context manager.

    Closing it, or our own end, kills it and all that it started. Where there is a wall, `pid` is its warden's, and
    `answering` a descriptor of the process behind it.
    """

    def __init__(self, channel: Channel, life: socket.socket) -> None:
        super().__init__(channel)
        self.pid = 0
        self.answering = -1
        self._life = life
        self._pidfd = -1
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
        return processes.cpu_s([self.pid, *processes.descendants(self.pid)])

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
    except TimeoutError:
        return _End(limit)
    except (OSError, ValueError):  # nothing more is told
        return _End(limit, SERVER_GONE)


def _told(life: socket.socket) -> tuple[dict[str, Any], int]:
    """Return the next packet about a child, and the descriptor that came with it (-1: none)."""
    packet, ancillary, _, _ = life.recvmsg(4096, socket.CMSG_SPACE(4))
    return json.loads(packet), array.array("i", ancillary[0][2])[0] if ancillary else -1
