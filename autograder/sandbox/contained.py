"""The first program of a submission's container: imports what a notebook needs, then runs the worker.

Talks over its stdin and stdout as messages of `autograder.wire`::

    says     {"said": "ready"}                      when everything is imported
    reads    {"file": str, "data": uint8 array}     any number of times; more of one name is more of that file
    reads    {"spec": {...}}                        once: what to be, as for a fork server
    says     {"said": "settled"} or {"failed": str}
    answers  questions, as any child does

Student code runs in a fork, so that this process can end it when the asking side has gone: a container outlives the
command that started it.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn, cast

import msgspec

from autograder.errors import InfrastructureError
from autograder.sandbox import zygote
from autograder.sandbox.forkserver import Request
from autograder.sandbox.isolation import kernel, privileges, seccomp
from autograder.sandbox.isolation.engine import MEMORY_STATUS
from autograder.sandbox.isolation.settings import Wall
from autograder.wire import Channel

FONTS = Path("/usr/share/autograder/matplotlib")
"""Where the image keeps Matplotlib's list of fonts, which takes seconds to make."""
_EVENTS = (Path("/sys/fs/cgroup/memory.events"), Path("/sys/fs/cgroup/memory/memory.oom_control"))


class Pipes:
    """Two descriptors with the methods of a socket that `Channel` uses.

    Parameters
    ----------
    source, sink
        What is read from and written to; owned by this object.
    """

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink
        self._timeout_s: float | None = None

    def fileno(self) -> int:
        """Return the descriptor that is read from."""
        return self._source

    def settimeout(self, timeout_s: float | None) -> None:
        """Set how long each later call may wait; None for ever."""
        self._timeout_s = timeout_s

    def sendall(self, data: bytes) -> None:
        """Write all bytes."""
        view = memoryview(data)
        size = len(view) if self._timeout_s is None else select.PIPE_BUF  # more could wait for ever
        while view:
            self._wait([], [self._sink])
            view = view[os.write(self._sink, view[:size]) :]

    def recv(self, count: int) -> bytes:
        """Return what is there, at most so many bytes; none at the end."""
        self._wait([self._source], [])
        return os.read(self._source, count)

    def close(self) -> None:
        """Close both descriptors."""
        os.close(self._source)
        os.close(self._sink)

    def _wait(self, readable: list[int], writable: list[int]) -> None:
        if self._timeout_s is not None and not any(select.select(readable, writable, [], self._timeout_s)):
            raise TimeoutError


def main() -> NoReturn:
    """Preload, take the spec, and serve until the asking side is gone."""
    pipes = Pipes(os.dup(0), os.dup(1))
    os.dup2(2, 1)  # what is printed meanwhile is for who runs the engine
    _lead_nowhere(0)
    _preload()
    channel = Channel(cast(socket.socket, pipes))
    channel.send({"said": "ready"})
    try:
        spec = _receive(channel)
        _lead_nowhere(0, 1, 2)
        child = os.fork()
        if child == 0:
            _serve(spec, channel, pipes)
    except (OSError, InfrastructureError, msgspec.ValidationError) as error:
        channel.send({"failed": f"{type(error).__name__}: {error}"})
        raise
    _watch(child, pipes.fileno())


def _preload() -> None:
    if FONTS.is_dir():
        shutil.copytree(FONTS, os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    zygote.preload()
    zygote.warm()
    zygote.check_unused()


def _receive(channel: Channel) -> dict[str, Any]:
    """Write the files that come, and return the spec that ends them."""
    home = Path(os.environ["HOME"])
    while True:
        match channel.receive():
            case {"file": str(name), "data": data}:
                path = home / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("ab") as file:
                    file.write(data.tobytes())
            case {"spec": dict(spec)}:
                return spec
            case _:
                raise InfrastructureError("neither a file nor a spec was sent")


def _serve(spec: dict[str, Any], channel: Channel, pipes: Pipes) -> NoReturn:
    """Become the process that the spec asks for; the engine has made the wall, what it cannot limit is limited here."""
    status = 1
    try:
        os.setsid()
        os.chdir(os.environ["HOME"])
        tempfile.tempdir = None
        os.umask(0o077)
        privileges.die_first()
        privileges.limit(msgspec.convert(spec["wall"], Wall), counts_others=True)
        privileges.harden()
        kernel.filter_calls(seccomp.program())
        channel.send({"said": "settled"})
        job = cast(socket.socket, pipes)
        zygote.become(Request(spec, job, job))
        status = 0
    finally:
        os._exit(status)


def _watch(child: int, source: int) -> NoReturn:
    """Wait for the child, hand interrupts on to it, and end it when the asking side is gone; then end as it did."""
    signal.signal(signal.SIGINT, lambda *_: os.kill(child, signal.SIGINT))
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(source, 0)  # that the other end was closed is always told
    while ended not in dict(ready := poll.poll()):
        if ready:
            os.kill(child, signal.SIGKILL)
            poll.unregister(source)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL and _was_memory_used_up():
        code = MEMORY_STATUS
    os._exit(code if code >= 0 else 128 - code)


def _was_memory_used_up() -> bool:
    """Whether the kernel ended a process of this container for want of memory."""
    for path in _EVENTS:
        if path.exists():
            counts = dict(line.split() for line in path.read_text().splitlines())
            return int(counts.get("oom_kill", 0)) > 0
    return False


def _lead_nowhere(*descriptors: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    if null not in descriptors:
        os.close(null)


if __name__ == "__main__":
    sys.exit(main())
