"""The kernel's calls that Python has no name for, through ctypes.

Numbers are those of Linux's own headers (``asm/unistd_64.h`` and ``asm-generic/unistd.h``); calls made since
2019 have one number on every machine. Each call raises `OSError` where the kernel refuses.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
from collections.abc import Iterator
from pathlib import Path

MACHINE = platform.machine()
IS_KNOWN = MACHINE in ("x86_64", "aarch64")
"""Whether the numbers below are this machine's."""
_X86 = MACHINE == "x86_64"

NEW_CGROUP, NEW_UTS, NEW_IPC = 0x02000000, 0x04000000, 0x08000000
NEW_USER, NEW_PID, NEW_NET, NEW_MOUNTS = 0x10000000, 0x20000000, 0x40000000, 0x00020000
"""What `unshare` gives the caller (or, for process ids, its next child) of its own."""

READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
_DETACH = 2
_AT_RECURSIVE = 0x8000
_AT_FDCWD = -100

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SECCOMP, _DROP_BOUNDING = 1, 4, 22, 24
_SET_SUBREAPER, _SET_NO_NEW_PRIVS, _AMBIENT, _AMBIENT_CLEAR = 36, 38, 47, 4
_PIVOT_ROOT = 155 if _X86 else 41
_CAPSET = 126 if _X86 else 91
_CLOSE_RANGE, _MOUNT_SETATTR = 436, 442
_COLLAPSE, _HUGE_PAGE = 25, 2 << 20
_CAPABILITIES_V3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    )


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def syscall(what: str, number: int, *arguments: object) -> int:
    """Make a call by its number and return what it returned."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments), what)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _checked(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, options: str = "") -> None:
    """Mount a file system, or change one that is mounted."""
    what = f"mount {kind or source} on {target}"
    kinds = None if kind is None else kind.encode()
    flagged = ctypes.c_ulong(flags)
    _checked(_libc.mount(os.fsencode(source), os.fsencode(target), kinds, flagged, options.encode() or None), what)


def mount_read_only(target: str) -> None:
    """Make a mount, and all that is mounted below it, read-only, without devices and set-user-id programs."""
    attributes = _MountAttributes(set=READ_ONLY | NO_SUID | NO_DEVICES)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    syscall(
        f"make {target} read-only",
        _MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(_AT_RECURSIVE),
        ctypes.byref(attributes),
        size,
    )


def unmount(target: str) -> None:
    """Take a mount out of the tree of files; what still uses it keeps it."""
    _checked(_libc.umount2(os.fsencode(target), _DETACH), f"unmount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root, and hang the former root below it at `old`."""
    syscall("pivot_root", _PIVOT_ROOT, os.fsencode(new), os.fsencode(old))


def set_host_name(name: bytes) -> None:
    """Name the machine, as this UTS namespace sees it."""
    _checked(_libc.sethostname(name, len(name)), "sethostname")


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """Get a signal when the thread that forked us ends; a change of user id takes this back."""
    _prctl("PR_SET_PDEATHSIG", _SET_PDEATHSIG, how)


def set_dumpable(is_dumpable: bool) -> None:
    """Say whether processes of the same user may read our memory; a change of user id forbids it."""
    _prctl("PR_SET_DUMPABLE", _SET_DUMPABLE, int(is_dumpable))


@contextlib.contextmanager
def looking_as(user: int) -> Iterator[None]:
    """Look at files, and into ``/proc``, as a user and group does: root in a container may not trace other users.

    Nobody gains the right to signal or to trace us by it: for that our other ids count. It takes back
    `die_with_parent`, where the user is another one.
    """
    before = os.geteuid(), os.getegid()
    _libc.setfsgid(user)
    _libc.setfsuid(user)
    try:
        yield
    finally:
        _libc.setfsuid(before[0])
        _libc.setfsgid(before[1])


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl("PR_SET_CHILD_SUBREAPER", _SET_SUBREAPER, 1)


def forbid_new_privileges() -> None:
    """From now on no program that is started gets more rights than we have."""
    _prctl("PR_SET_NO_NEW_PRIVS", _SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability, for us and for every program that we start."""
    for capability in range(64):
        if _libc.prctl(_DROP_BOUNDING, capability, 0, 0, 0):  # beyond the last one, or not ours to drop
            break
    _libc.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    syscall("capset", _CAPSET, header, (ctypes.c_uint32 * 6)())


def filter_calls(program: bytes) -> None:
    """Install a seccomp filter, which every later process inherits."""
    buffer = ctypes.create_string_buffer(program, len(program))
    filters = _FilterProgram(len(program) // 8, ctypes.addressof(buffer))
    _checked(_libc.prctl(_SET_SECCOMP, 2, ctypes.byref(filters), 0, 0), "seccomp")


def merge_pages() -> int:
    """Merge the memory that this process has written into huge pages, and return how many bytes could be.

    A fork copies one entry for a huge page in the place of 512, and its end frees one; a page that a child writes to is
    still copied by itself, at 4 KiB. Where the kernel is older than 6.1, or has no room, pages stay as they are.
    """
    merged = 0
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, _, _, inode, *name = line.split()
        if rights != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(each, 16) for each in span.split("-"))
        first = -(-start // _HUGE_PAGE) * _HUGE_PAGE
        for address in range(first, end - _HUGE_PAGE + 1, _HUGE_PAGE):
            failed = _libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(_HUGE_PAGE), _COLLAPSE)
            merged += 0 if failed else _HUGE_PAGE
    return merged


def close_all_but(keep: tuple[int, ...]) -> None:
    """Close every descriptor that is not in `keep`."""
    first = 0
    for kept in (*sorted(set(keep)), 0xFFFFFFFF):
        if kept > first:
            _libc.syscall(ctypes.c_long(_CLOSE_RANGE), ctypes.c_uint(first), ctypes.c_uint(kept - 1), 0)
        first = kept + 1


def _prctl(what: str, *arguments: int) -> None:
    padded = [*arguments, *([0] * (5 - len(arguments)))]
    _checked(_libc.prctl(*(ctypes.c_ulong(each) for each in padded)), what)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
