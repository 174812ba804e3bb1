"""Who student code is, and how much of the machine one process of it may use.

`setrlimit` limits a process, not a tree of them: totals are kept by `cgroups` and the `warden`.
"""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

from autograder.sandbox.isolation import kernel
from autograder.sandbox.isolation.settings import Wall

_MIB = 1 << 20
_ADDRESS_SLACK = 3 << 30
"""Address space beyond the memory limit, in bytes: stacks and arenas of threads reserve far more than they use."""
_FIRST_USER, _NUM_USERS = 0x70000000, 0x0F000000
_SMALL_FIRST_USER, _NUM_SMALL_USERS = 40_000, 20_000
_DESCRIPTORS = 1024


def user_for(pid: int) -> int:
    """Return the user and group id that a child takes on: nobody's, and its own while it lives.

    Where we are no root, that is our own. In a container whose users are mapped there are only 65,536.
    """
    if os.geteuid() != 0:
        return os.geteuid()
    highest = 0
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        inside, _, length = map(int, line.split())
        highest = max(highest, inside + length)
    if highest > _FIRST_USER + _NUM_USERS:
        return _FIRST_USER + pid % _NUM_USERS
    return _SMALL_FIRST_USER + pid % _NUM_SMALL_USERS


def become(user: int) -> None:
    """Become a user, for good; does nothing where we are that one already."""
    if os.geteuid() == user:
        return
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def die_first() -> None:
    """Have the kernel choose this process first where the machine runs out of memory."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def limit(wall: Wall, *, counts_others: bool) -> None:
    """Set the limits of this process and of each that it starts.

    Parameters
    ----------
    counts_others
        Whether other processes of the same user count towards the limit on processes.
    """
    started = _memory_now()
    memory = wall.memory_mib * _MIB
    others = _threads_of(os.getuid()) + 3 * wall.processes if counts_others else 0
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: wall.cpu_s,
        resource.RLIMIT_FSIZE: wall.file_mib * _MIB,
        resource.RLIMIT_NOFILE: _DESCRIPTORS,
        resource.RLIMIT_NPROC: wall.processes + others,
        resource.RLIMIT_DATA: started["VmData"] + memory,
        resource.RLIMIT_AS: started["VmSize"] + memory + _ADDRESS_SLACK,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 64 << 10,
    }
    for name, value in limits.items():
        _, hard = resource.getrlimit(name)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (value, value))


def harden() -> None:
    """Give up every right that student code could use, and let it read its own ``/proc`` again.

    To be called after `become`, which takes back what is set here.
    """
    kernel.set_dumpable(True)
    kernel.drop_capabilities()
    kernel.die_with_parent()
    kernel.forbid_new_privileges()


def _memory_now() -> dict[str, int]:
    """Return bytes of address space and of private data of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = (line.split() for line in lines if line.startswith(("VmSize:", "VmData:")))
    return {name.rstrip(":"): int(kib) << 10 for name, kib, _ in found}


def _threads_of(user: int) -> int:
    """Return how many threads of a user there are, as RLIMIT_NPROC counts them."""
    count = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                if Path("/proc", name).stat().st_uid == user:
                    count += len(os.listdir(f"/proc/{name}/task"))
    return count
