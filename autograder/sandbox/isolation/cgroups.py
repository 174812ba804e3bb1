"""Control groups, where we may make some: totals of memory and of processes, kept by the kernel.

Both versions are known: in version 2 a group of ours lies below our own, in version 1 below ``memory`` and ``pids``.
Where neither can be written (inside containers, as an ordinary user), the watchdog and the limits of each process
have to do. See cgroups(7), and ``Documentation/admin-guide/cgroup-v1/memory.rst`` of the kernel.
"""

from __future__ import annotations

import contextlib
import functools
import os
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "autograder-"


@dataclass(frozen=True)
class Place:
    """Where groups of ours can be made: `memory` and `pids` are the same folder in version 2."""

    memory: Path
    pids: Path
    is_unified: bool


@functools.cache
def place() -> Place | None:
    """Return where groups can be made, found out by making one; None where nowhere."""
    for found in (_unified(), Place(_ROOT / "memory", _ROOT / "pids", is_unified=False)):
        if found is None:
            continue
        with contextlib.suppress(OSError):
            group = Group(found, f"{_PREFIX}probe-{os.getpid()}")
            try:
                group.make(memory_bytes=1 << 30, processes=16)
            finally:
                group.remove()
            return found
    return None


def _unified() -> Place | None:
    """Return our own group of version 2, where it hands memory and pids on to groups below."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            if line.startswith("0::"):
                own = _ROOT / line[3:].lstrip("/")
                if {"memory", "pids"} <= set((own / "cgroup.subtree_control").read_text().split()):
                    return Place(own, own, is_unified=True)
    return None


@dataclass(frozen=True)
class Group:
    """A control group by name; it exists from `make` to `remove`."""

    place: Place
    name: str

    @classmethod
    def of(cls, pid: int) -> Group | None:
        """Return the group that belongs to a warden; None where groups cannot be made."""
        found = place()
        return None if found is None else cls(found, f"{_PREFIX}{pid}")

    def make(self, *, memory_bytes: int, processes: int) -> None:
        """Make the group and set its limits."""
        for folder in self._folders:
            folder.mkdir(exist_ok=True)
        if self.place.is_unified:
            limits = {"memory.max": memory_bytes, "memory.swap.max": 0, "pids.max": processes}
        else:
            limits = {"memory.limit_in_bytes": memory_bytes, "pids.max": processes}
        for name, value in limits.items():
            folder = self.place.pids / self.name if name.startswith("pids") else self.place.memory / self.name
            if name != "memory.swap.max" or (folder / name).exists():  # a kernel without swap has no such file
                (folder / name).write_text(str(value))

    def take(self, pid: int) -> None:
        """Put a process, and what it will fork, into the group."""
        for folder in self._folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def hits(self) -> str:
        """Return which limit was hit, in a word; empty where none was."""
        memory = self.place.memory / self.name
        with contextlib.suppress(OSError, ValueError):
            if self.place.is_unified:
                if _counter(memory / "memory.events", "oom_kill"):
                    return "memory"
            elif _counter(memory / "memory.oom_control", "oom_kill"):
                return "memory"
        with contextlib.suppress(OSError, ValueError):
            if _counter(self.place.pids / self.name / "pids.events", "max"):
                return "processes"
        return ""

    def remove(self) -> None:
        """Remove the group; what cannot be removed yet is left for the next batch."""
        for folder in self._folders:
            with contextlib.suppress(OSError):
                folder.rmdir()

    @property
    def _folders(self) -> tuple[Path, ...]:
        folders = self.place.memory / self.name, self.place.pids / self.name
        return folders[:1] if self.place.is_unified else folders


def remove_stale() -> None:
    """Remove groups whose process is gone: a machine that went down leaves some."""
    found = place()
    if found is None:
        return
    for folder in found.memory.glob(f"{_PREFIX}[0-9]*"):
        if not Path("/proc", folder.name.removeprefix(_PREFIX)).exists():
            Group(found, folder.name).remove()


def _counter(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0
