"""A process that has everything imported and forks a child in milliseconds when asked.

It is exec'd, so that nothing of its parent's memory is in it, and single-threaded, so that forking is safe.
A request is one packet of JSON on the control socket, with two descriptors or more:

* the *job* socket, over which the child talks (`autograder.wire`),
* the *life* socket, over which the server tells the child's pid (with a pidfd) and later how it ended. When the other
  end of it closes, the child and its process group are killed: whoever dies leaves nothing running;
* any others, which the child gets under the order in which they came.

Used for student code and for models (`sandbox.zygote`), and for grading itself (`pool.worker`).
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAX_DESCRIPTORS = 8
_PACKET = 1 << 16
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Request:
    """What a child is asked to be: plain data, its job socket, and further descriptors."""

    spec: dict[str, Any]
    job: socket.socket
    descriptors: tuple[int, ...] = ()


@dataclass
class _Server:
    control: socket.socket
    run_child: Callable[[Request], None]
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
        request = Request(json.loads(packet), job, tuple(descriptors[2:]))
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(request, life, server)
        job.close()
        for descriptor in request.descriptors:
            os.close(descriptor)
        with contextlib.suppress(ProcessLookupError):  # also set by the child: whoever is first
            os.setpgid(pid, pid)
        pidfd = os.pidfd_open(pid)
        with contextlib.suppress(OSError):  # the asking side is gone: its end of life is closed, we notice
            life.sendmsg([json.dumps({"pid": pid}).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, _pack(pidfd))])
        os.close(pidfd)
        self.lives[pid] = life
        return True

    def _become_child(self, request: Request, life: socket.socket, server: int) -> None:
        """Turn the fork into the child that was asked for; never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (self.control, life, *self.wake, *self.lives.values()):
                other.close()
            with contextlib.suppress(PermissionError):  # the server may have done it already
                os.setpgid(0, 0)
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != server:  # it died before it could have killed us
                os._exit(status)
            self.run_child(request)
            status = 0
        finally:
            os._exit(status)

    def _reap(self) -> None:
        while self.lives:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            life = self.lives.pop(pid, None)
            self.doomed.discard(pid)
            if life is None:
                continue
            kill_group(pid)  # what the child may have started itself
            code = os.waitstatus_to_exitcode(status)
            end = {"exit_code": code, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}
            with contextlib.suppress(OSError):
                life.send(json.dumps(end).encode())
            life.close()


def serve(control_descriptor: int, run_child: Callable[[Request], None]) -> None:
    """Say that we are ready, then fork a child for each request until the control socket closes.

    Whatever was allocated before is frozen: a child's garbage collector would walk, and so copy, all of it.
    """
    control = socket.socket(fileno=control_descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the asking side's business
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"pid": os.getpid(), "threads": len(os.listdir("/proc/self/task"))}).encode())
    _Server(control, run_child).serve()


def kill_group(pid: int) -> None:
    """Kill a process group, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _pack(*descriptors: int) -> bytes:
    return array.array("i", descriptors).tobytes()


def _received(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    """Return the descriptors that came with a packet."""
    found = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)
