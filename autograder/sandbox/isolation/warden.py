"""Stands between the fork server and student code: keeps its totals, and ends all that it started.

One for each child, and the process that whoever asked for the child kills to be rid of it. It is our code only, and
no process of the child can signal or read it. What it cannot do, because it was killed itself, the fork server does
when it finds it ended (`clean_up`).

Ten times a second and more it asks the kernel what the tree of processes uses. That is coarse beside a control
group, which is used where we may make one; but it works everywhere, and it counts what no limit of a process does.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from autograder.sandbox.forkserver import Request
from autograder.sandbox.isolation import disk, kernel, namespaces, privileges, processes
from autograder.sandbox.isolation.cgroups import Group
from autograder.sandbox.isolation.cgroups import remove_stale as remove_stale_groups
from autograder.sandbox.isolation.settings import Wall
from autograder.sandbox.isolation.tiers import Tier

INTERVAL_S = 0.05
LOOK_INTERVAL_S = 0.5
_BOX = "autograder-box-"
_PID = re.compile(r"[1-9][0-9]{0,9}")
_GROUPED = b"+"
_MIB = 1 << 20
_UNNOTICED = 64 * _MIB
"""Shared memory, in bytes, that is not worth looking at more closely."""
_GROUP_SLACK = 64 * _MIB
"""What a control group allows beyond the limit, for what the kernel keeps for a process."""


def folder_of(warden: int) -> Path:
    """Return the folder on disk of a warden's child."""
    return Path(tempfile.gettempdir(), f"{_BOX}{warden}")


def guard(wall: Wall, request: Request, become: Callable[[int, int], None]) -> None:
    """Become a warden; returns in the child only, which is forked here.

    Parameters
    ----------
    request
        Its life socket is where the asking side is told which limit was hit; its job socket is the child's.
    become
        Called in the child with the user that it is to be, and a descriptor to `await_group` on, before it forks and
        before it is ready: what it forks earlier is not counted.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    kernel.die_with_parent(signal.SIGTERM)  # then there is time to end what is below
    group = Group.of(os.getpid())
    if group is not None:
        group.make(memory_bytes=wall.memory_mib * _MIB + _GROUP_SLACK, processes=wall.processes + 8)
    user = os.geteuid() if wall.tier is Tier.NONE else privileges.user_for(os.getpid())
    kernel.adopt_orphans()
    if wall.tier is Tier.NAMESPACES:
        namespaces.leave()
    waiting, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        kernel.die_with_parent()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, signal.SIGTERM})
        become(user, waiting)
        return
    os.close(waiting)
    _Warden(wall, request, child, user, group).run(told)


def await_group(told: int) -> None:
    """Wait until the warden has put this process into its control group.

    Raises
    ------
    OSError
        If the warden ended before it had.
    """
    if os.read(told, 1) != _GROUPED:
        raise OSError("the warden ended before it could watch")


class _Warden:
    """The process that watches over `child`."""

    def __init__(self, wall: Wall, request: Request, child: int, user: int, group: Group | None) -> None:
        self._wall = wall
        self._request = request
        self._child = child
        self._user = user
        self._group = group
        self._server = os.getppid()
        self._threshold = wall.memory_mib * _MIB  # bytes mapped: what is not shared is never more, and seldom as much
        self._code: int | None = None

    def run(self, told: int) -> NoReturn:
        """Watch until the child has ended or hit a limit, end what is left of it, and end in the same way."""
        if self._group is not None:
            self._group.take(self._child)
        os.write(told, 2 * _GROUPED)  # for the first process of a tree, and for the one that runs student code
        os.close(told)
        self._request.job.close()
        kernel.set_dumpable(False)
        os.setpgid(0, 0)
        hit = self._watch()
        if hit or (self._group is not None and self._code is not None and self._code < 0):
            self._tell(hit or self._group_hits())
        processes.kill_descendants(os.getpid())
        self._reap()
        clean_up(os.getpid())
        _end_like(self._code)

    def _watch(self) -> str:
        """Return the limit that was hit, in a word, or an empty text when the child or the fork server has ended."""
        next_look = time.monotonic() + LOOK_INTERVAL_S
        while True:
            got = signal.sigtimedwait({signal.SIGCHLD, signal.SIGTERM}, INTERVAL_S)
            if got is not None and got.si_signo == signal.SIGTERM:
                return ""
            if os.getppid() != self._server:  # looking as another user takes back the signal at its end
                return ""
            if self._reap():
                return ""
            tree = processes.descendants(os.getpid())
            hit = self._count(tree)
            if not hit and time.monotonic() >= next_look:
                with kernel.looking_as(self._user):
                    hit = self._look(tree)
                next_look = time.monotonic() + LOOK_INTERVAL_S
            if hit:
                return hit

    def _count(self, tree: list[int]) -> str:
        """Return which limit the kernel's own counters are above, if any.

        Memory is counted exactly only when more is mapped than is allowed, and then when as much more is mapped as was
        still allowed the last time.
        """
        used = processes.usage(tree)
        if used.threads > self._wall.processes + 8:
            return "processes"
        if used.memory_bytes > self._threshold:
            with kernel.looking_as(self._user):
                left = self._wall.memory_mib * _MIB - processes.private_bytes(tree)
            self._threshold = used.memory_bytes + max(left, 0)
            return "memory" if left < 0 else ""
        return ""

    def _look(self, tree: list[int]) -> str:
        """Return which limit is exceeded where only looking at everything shows it, if any."""
        mapped = processes.mapped(tree)
        if self._group is None and mapped.shared_bytes > _UNNOTICED:
            total = processes.private_bytes(tree) + mapped.shared_bytes
            if total > self._wall.memory_mib * _MIB:
                return "memory"
        if self._wall.tier is Tier.NAMESPACES:  # its files have a file system of their own, with a limit
            return ""
        folder = folder_of(os.getpid())
        found = disk.content(folder, most_entries=self._wall.inodes)
        held = processes.open_deleted_bytes(tree, str(folder)) + mapped.deleted * self._wall.file_mib * _MIB
        too_many = found.num_entries > self._wall.inodes or found.is_hidden
        return "disk" if too_many or found.num_bytes + held > self._wall.disk_mib * _MIB else ""

    def _reap(self) -> bool:
        """Collect what has ended; return whether the child has."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return self._code is not None
            if pid == self._child:
                self._code = _passed_on(os.waitstatus_to_exitcode(status))

    def _group_hits(self) -> str:
        return "" if self._group is None else self._group.hits()

    def _tell(self, hit: str) -> None:
        if hit:
            with contextlib.suppress(OSError):
                self._request.life.send(json.dumps({"limit": hit}).encode())


def be_init(user: int) -> None:
    """As the first process of a tree, fork the one that is to run student code; returns in that only.

    This one collects what ends, and ends as its child does; the kernel then ends every other process of the tree.
    """
    child = os.fork()
    if child == 0:
        return
    kernel.close_all_but(())
    privileges.become(user)
    privileges.harden()
    kernel.set_dumpable(False)
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _end_like(code: int | None) -> NoReturn:
    """End as the child did, by its exit status or by the same signal."""
    if code is not None and code < 0:
        number = signal.Signals(-code)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
    os._exit(1 if code is None else code)


def _passed_on(code: int) -> int:
    """Return how student code ended, where the first process of a tree could only say it by its exit status."""
    is_signal = 128 < code < 128 + signal.NSIG
    return 128 - code if is_signal else code


def clean_up(warden: int) -> None:
    """Remove what a warden's child leaves: its folder on disk and its control group."""
    disk.remove(folder_of(warden), owners=(os.geteuid(), privileges.user_for(warden)))
    group = Group.of(warden)
    if group is not None:
        group.remove()


def remove_stale() -> None:
    """Remove what wardens left that nobody could clean up after: a machine that went down leaves some."""
    remove_stale_groups()
    for folder in Path(tempfile.gettempdir()).glob(f"{_BOX}*"):
        pid = folder.name.removeprefix(_BOX)
        if _PID.fullmatch(pid) and not Path("/proc", pid).exists():
            clean_up(int(pid))
