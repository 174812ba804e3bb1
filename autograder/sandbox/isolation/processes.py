"""What the kernel tells about a tree of processes; all from outside of it.

Formats are those of proc_pid_stat(5) and proc_pid_status(5).
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass

_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 1 << 20
_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


@dataclass(frozen=True)
class Usage:
    """What a tree of processes uses together.

    `cpu_s` counts children that have ended and were waited for. `memory_bytes` is anonymous and shared memory as
    each process maps it: pages that a fork shares count for each.
    """

    processes: int
    threads: int
    cpu_s: float
    memory_bytes: int


def children(pid: int) -> list[int]:
    """Return the living children of a process."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    except FileNotFoundError:
        if os.path.exists(f"/proc/{pid}/task/{pid}") and not os.path.exists(f"/proc/{pid}/task/{pid}/children"):
            return [child for child, parent in _parents() if parent == pid]  # a kernel without that file
    except (ProcessLookupError, PermissionError):
        pass
    return found


def descendants(pid: int) -> list[int]:
    """Return every living process below one, parents first."""
    found = front = children(pid)
    while front:
        front = [child for parent in front for child in children(parent)]
        found = found + front
    return found


def usage(pids: list[int]) -> Usage:
    """Return what some processes use together; those that are gone count nothing."""
    processes = threads = ticks = memory = 0
    for pid in pids:
        with contextlib.suppress(*_GONE, ValueError, IndexError):
            fields = _fields(pid)
            ticks += _ticks(fields)
            threads += int(fields[17])
            processes += fields[0] not in (b"Z", b"X")
            with open(f"/proc/{pid}/status", "rb") as file:
                memory += sum(_kib(line) for line in file if line.startswith((b"RssAnon:", b"RssShmem:"))) << 10
    return Usage(processes, threads, ticks / _TICKS, memory)


def cpu_s(pids: list[int]) -> float:
    """Return the CPU seconds of some processes, as `usage` counts them; their memory costs more to ask for."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(*_GONE):
            ticks += _ticks(_fields(pid))
    return ticks / _TICKS


def private_bytes(pids: list[int]) -> int:
    """Return the memory of some processes in which shared pages count once between them.

    Takes milliseconds a process: the kernel walks all of its pages.
    """
    total = 0
    for pid in pids:
        with contextlib.suppress(*_GONE, ValueError, IndexError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            total += sum(_kib(line) for line in file if line.startswith((b"Pss_Anon:", b"Pss_Shmem:")))
    return total << 10


@dataclass(frozen=True)
class Mapped:
    """What some processes map that may be held although no process shows it as used.

    `shared_bytes` is the size of memory that is shared between processes, whether or not it is there; `deleted` counts
    files that are mapped although they are deleted.
    """

    shared_bytes: int
    deleted: int


def mapped(pids: list[int]) -> Mapped:
    """Return what some processes map together; what several map counts once."""
    shared: dict[bytes, int] = {}
    deleted = set()
    for pid in pids:
        with contextlib.suppress(*_GONE), open(f"/proc/{pid}/maps", "rb") as file:
            for line in file:
                if b"(deleted)" in line:
                    addresses, rights, _, device, inode, name = line.split(maxsplit=5)
                    if name.startswith((b"/dev/zero", b"/memfd:", b"/SYSV")):
                        start, end = (int(each, 16) for each in addresses.split(b"-"))
                        shared[inode] = max(shared.get(inode, 0), end - start) if rights.endswith(b"s") else 0
                    else:
                        deleted.add((device, inode))
    return Mapped(sum(shared.values()), len(deleted))


def open_deleted_bytes(pids: list[int], folder: str) -> int:
    """Return what files on a folder's file system take that processes hold open although they are deleted."""
    total, seen = 0, set()
    with contextlib.suppress(FileNotFoundError):
        device = os.stat(folder).st_dev
        for pid in pids:
            with contextlib.suppress(*_GONE):
                for descriptor in os.listdir(f"/proc/{pid}/fd"):
                    with contextlib.suppress(*_GONE):
                        status = os.stat(f"/proc/{pid}/fd/{descriptor}")
                        if status.st_nlink == 0 and status.st_dev == device and status.st_ino not in seen:
                            seen.add(status.st_ino)
                            total += status.st_blocks * 512
    return total


def kill_descendants(pid: int, spared: frozenset[int] = frozenset()) -> bool:
    """Stop, then kill every process below one, until none is left; return whether that went through.

    Stopped first, so that none of them can fork while others are killed.

    Parameters
    ----------
    spared
        Children of `pid` that are left alone, with all below them.
    """
    for _ in range(200):
        front = [child for child in children(pid) if child not in spared and not _is_dead(child)]
        doomed = front + [each for child in front for each in descendants(child)]
        if not doomed:
            return True
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for each in doomed:
                with contextlib.suppress(*_GONE):
                    os.kill(each, number)
        time.sleep(0.005)
    return False


def _is_dead(pid: int) -> bool:
    try:
        return _fields(pid)[0] in (b"Z", b"X")
    except _GONE:
        return True


def _fields(pid: int) -> list[bytes]:
    """Return what a process's stat file says after its name, beginning with its state."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()


def _ticks(fields: list[bytes]) -> int:
    return sum(map(int, fields[11:15]))


def _parents() -> list[tuple[int, int]]:
    """Return every process of the machine with its parent."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(*_GONE):
                found.append((int(name), int(_fields(int(name))[1])))
    return found


def _kib(line: bytes) -> int:
    return int(line.split()[1])
