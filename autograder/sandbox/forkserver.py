"""A process that has everything imported and forks a child in milliseconds when asked.

It is exec'd, so that nothing of its parent's memory is in it, and single-threaded, so that forking is safe.
A request is one packet of JSON on the control socket, with two descriptors or more:

* the *job* socket, over which the child talks (`autograder.wire`),
* the *life* socket, over which the server tells the child's pid (with a pidfd) and later how it ended, and in between
  the child that it is ready (with a pidfd of the process that answers, which may be a descendant of the first). When
  the other end of it closes, the child and all that it started are killed: whoever dies leaves nothing running;
* any others, which the child gets under the order in which they came.

Used for student code and for models (`sandbox.zygote`), and for grading itself (`pool.worker`).
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.sandbox.isolation import kernel, processes

MAX_DESCRIPTORS = 8
_PACKET = 1 << 16


@dataclass(frozen=True)
class Request:
    """What a child is asked to be: plain data, its job socket, and further descriptors."""

    spec: dict[str, Any]
    job: socket.socket
    life: socket.socket
    descriptors: tuple[int, ...] = ()

    def ready(self) -> None:
        """Tell the asking side that this process is what it asked for, and let go of the life socket."""
        pidfd = os.pidfd_open(os.getpid())
        with contextlib.suppress(OSError):  # the asking side is gone: the server notices
            _tell(self.life, {"ready": True}, pidfd)
        os.close(pidfd)
        self.life.close()


@dataclass
class _Server:
    control: socket.socket
    run_child: Callable[[Request], None]
    clean_up: Callable[[int], None]
    prepare: Callable[[Mapping[str, Any]], None]
    lives: dict[int, socket.socket] = field(default_factory=dict)  # by the child's pid
    doomed: set[int] = field(default_factory=set)  # killed, not yet reaped
    wake: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)  # written to at SIGCHLD

    def serve(self) -> None:
        """Fork until the control socket closes; then the children die with this process."""
        wake, written = self.wake
        wake.setblocking(False)
        written.setblocking(False)
        signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            poll = select.poll()
            poll.register(self.control, select.POLLIN)
            poll.register(wake, select.POLLIN)
            for pid, life in self.lives.items():
                if pid not in self.doomed:
                    poll.register(life, select.POLLIN)
            ready = {descriptor for descriptor, _ in poll.poll()}
            if wake.fileno() in ready:
                with contextlib.suppress(BlockingIOError):
                    wake.recv(4096)
            self._reap()
            for pid, life in self.lives.items():
                if life.fileno() in ready:  # nothing is ever sent to us there: it was closed
                    kill_group(pid)
                    self.doomed.add(pid)
            if self.control.fileno() in ready and not self._fork():
                return

    def _fork(self) -> bool:
        """Serve one request; return False when there will be no more."""
        try:
            packet, ancillary, _, _ = self.control.recvmsg(_PACKET, socket.CMSG_SPACE(4 * MAX_DESCRIPTORS))
        except OSError:
            return False
        if not packet:
            return False
        descriptors = _received(ancillary)
        job, life = (socket.socket(fileno=descriptor) for descriptor in descriptors[:2])
        request = Request(json.loads(packet), job, life, tuple(descriptors[2:]))
        self.prepare(request.spec)
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(request, server)
        job.close()
        for descriptor in request.descriptors:
            os.close(descriptor)
        with contextlib.suppress(ProcessLookupError):  # also set by the child: whoever is first
            os.setpgid(pid, pid)
        pidfd = os.pidfd_open(pid)
        with contextlib.suppress(OSError):  # the asking side is gone: its end of life is closed, we notice
            _tell(life, {"pid": pid}, pidfd)
        os.close(pidfd)
        self.lives[pid] = life
        return True

    def _become_child(self, request: Request, server: int) -> None:
        """Turn the fork into the child that was asked for; never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (self.control, *self.wake, *self.lives.values()):
                other.close()
            with contextlib.suppress(PermissionError):  # the server may have done it already
                os.setpgid(0, 0)
            kernel.die_with_parent()
            if os.getppid() != server:  # it died before it could have killed us
                os._exit(status)
            self.run_child(request)
            status = 0
        except BaseException as error:  # noqa: BLE001 - told to who asked, where they still listen; else how it ended says enough
            with contextlib.suppress(OSError):
                _tell(request.life, {"failed": f"{type(error).__name__}: {error}"[:2000]})
        finally:
            os._exit(status)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            life = self.lives.pop(pid, None)
            self.doomed.discard(pid)
            if life is None:
                continue
            kill_group(pid)
            processes.kill_descendants(os.getpid(), spared=frozenset(self.lives))  # what it had started itself
            self.clean_up(pid)
            with contextlib.suppress(OSError):
                _tell(life, {"exit_code": os.waitstatus_to_exitcode(status)})
            life.close()


def serve(
    control_descriptor: int,
    run_child: Callable[[Request], None],
    clean_up: Callable[[int], None] = lambda pid: None,
    prepare: Callable[[Mapping[str, Any]], None] = lambda spec: None,
) -> None:
    """Say that we are ready, then fork a child for each request until the control socket closes.

    Whatever was allocated before is frozen: a child's garbage collector would walk, and so copy, all of it. It is
    merged into huge pages, too: the fork and the end of a child that does little are a good part of what it costs.

    Parameters
    ----------
    run_child
        Runs in the child; calls `Request.ready` when it is what it was asked to be.
    clean_up
        Is given the pid of a child that has ended, to remove what it left.
    prepare
        Is given what a child is asked to be, before it is forked: what it loads is there for all that follow.
    """
    control = socket.socket(fileno=control_descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the asking side's business
    gc.collect()
    gc.freeze()
    kernel.merge_pages()
    control.send(json.dumps({"pid": os.getpid(), "threads": len(os.listdir("/proc/self/task"))}).encode())
    kernel.adopt_orphans()
    _Server(control, run_child, clean_up, prepare).serve()


def kill_group(pid: int) -> None:
    """Kill a process group, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _tell(life: socket.socket, what: dict[str, Any], *descriptors: int) -> None:
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors).tobytes())] if descriptors else []
    life.sendmsg([json.dumps(what).encode()], rights)


def _received(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    """Return the descriptors that came with a packet."""
    found = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)
