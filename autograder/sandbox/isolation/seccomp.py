"""A filter on the kernel's calls: what a notebook never needs, and an escape would, fails with an error.

It lists what is denied rather than what is allowed: the libraries that a notebook may use call more than two
hundred different calls, and a list of those would break with every release of theirs. The wall itself is made by
namespaces or Landlock; this takes away the parts of the kernel that holes have been found in, and what Landlock
does not govern.

Written for the kernel's classic filter machine by hand. libseccomp would do it too, but is a shared library of the
operating system's that a Python environment cannot bring along.

Numbers are from ``asm/unistd_64.h`` and ``asm-generic/unistd.h``, the machine from ``linux/audit.h``.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Mapping

from autograder.sandbox.isolation import kernel

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Where in ``struct seccomp_data`` the filter reads; arguments by their lower half."""
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_NAMESPACE_FLAGS = (
    kernel.NEW_CGROUP | kernel.NEW_UTS | kernel.NEW_IPC | kernel.NEW_USER | kernel.NEW_PID | kernel.NEW_NET
) | kernel.NEW_MOUNTS
_X32 = 0x40000000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_SET_PDEATHSIG, _SET_SUBREAPER = 1, 36

_SINCE_2019 = {
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "memfd_secret": 447,
}
_X86_64 = {
    "ptrace": 101,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "mount": 165,
    "umount2": 166,
    "pivot_root": 155,
    "chroot": 161,
    "unshare": 272,
    "setns": 308,
    "keyctl": 250,
    "add_key": 248,
    "request_key": 249,
    "bpf": 321,
    "perf_event_open": 298,
    "userfaultfd": 323,
    "memfd_create": 319,
    "init_module": 175,
    "finit_module": 313,
    "delete_module": 176,
    "kexec_load": 246,
    "kexec_file_load": 320,
    "open_by_handle_at": 304,
    "name_to_handle_at": 303,
    "swapon": 167,
    "swapoff": 168,
    "reboot": 169,
    "acct": 163,
    "quotactl": 179,
    "sethostname": 170,
    "setdomainname": 171,
    "settimeofday": 164,
    "clock_settime": 227,
    "clock_adjtime": 305,
    "adjtimex": 159,
    "ioperm": 173,
    "iopl": 172,
    "syslog": 103,
    "vhangup": 153,
    "personality": 135,
    "lookup_dcookie": 212,
    "uselib": 134,
    "modify_ldt": 154,
    "vmsplice": 278,
    "move_pages": 279,
    "shmget": 29,
    "shmat": 30,
    "semget": 64,
    "msgget": 68,
    "mq_open": 240,
    "fanotify_init": 300,
    "inotify_init": 253,
    "inotify_add_watch": 254,
    "inotify_init1": 294,
    "migrate_pages": 256,
}
_AARCH64 = {
    "ptrace": 117,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "mount": 40,
    "umount2": 39,
    "pivot_root": 41,
    "chroot": 51,
    "unshare": 97,
    "setns": 268,
    "keyctl": 219,
    "add_key": 217,
    "request_key": 218,
    "bpf": 280,
    "perf_event_open": 241,
    "userfaultfd": 282,
    "memfd_create": 279,
    "init_module": 105,
    "finit_module": 273,
    "delete_module": 106,
    "kexec_load": 104,
    "kexec_file_load": 294,
    "open_by_handle_at": 265,
    "name_to_handle_at": 264,
    "swapon": 224,
    "swapoff": 225,
    "reboot": 142,
    "acct": 89,
    "quotactl": 60,
    "sethostname": 161,
    "setdomainname": 162,
    "settimeofday": 170,
    "clock_settime": 112,
    "clock_adjtime": 266,
    "adjtimex": 171,
    "syslog": 116,
    "vhangup": 58,
    "personality": 92,
    "vmsplice": 75,
    "move_pages": 239,
    "shmget": 194,
    "shmat": 196,
    "semget": 190,
    "msgget": 186,
    "mq_open": 180,
    "fanotify_init": 262,
    "inotify_init1": 26,
    "inotify_add_watch": 27,
    "migrate_pages": 238,
}
DENIED = {**(_X86_64 if kernel.MACHINE == "x86_64" else _AARCH64), **_SINCE_2019}
"""Calls that fail with EPERM."""

_METADATA_X86_64 = {
    "chmod": 90,
    "fchmod": 91,
    "fchmodat": 268,
    "chown": 92,
    "fchown": 93,
    "lchown": 94,
    "fchownat": 260,
    "utime": 132,
    "utimes": 235,
    "utimensat": 280,
    "futimesat": 261,
    "setxattr": 188,
    "lsetxattr": 189,
    "fsetxattr": 190,
    "removexattr": 197,
    "lremovexattr": 198,
    "fremovexattr": 199,
}
_METADATA_AARCH64 = {
    "fchmod": 52,
    "fchmodat": 53,
    "fchown": 55,
    "fchownat": 54,
    "utimensat": 88,
    "setxattr": 5,
    "lsetxattr": 6,
    "fsetxattr": 7,
    "removexattr": 14,
    "lremovexattr": 15,
    "fremovexattr": 16,
}
_CHANGES = {
    **(_METADATA_X86_64 if kernel.MACHINE == "x86_64" else _METADATA_AARCH64),
    "fchmodat2": 452,
    "setxattrat": 463,
    "removexattrat": 466,
    "file_setattr": 469,
}
_ATTRIBUTES_X86_64 = {
    "getxattr": 191,
    "lgetxattr": 192,
    "fgetxattr": 193,
    "listxattr": 194,
    "llistxattr": 195,
    "flistxattr": 196,
}
_ATTRIBUTES_AARCH64 = {
    "getxattr": 8,
    "lgetxattr": 9,
    "fgetxattr": 10,
    "listxattr": 11,
    "llistxattr": 12,
    "flistxattr": 13,
}
_ATTRIBUTES = {
    **(_ATTRIBUTES_X86_64 if kernel.MACHINE == "x86_64" else _ATTRIBUTES_AARCH64),
    "getxattrat": 464,
    "listxattrat": 465,
    "file_getattr": 468,
}
METADATA = {**dict.fromkeys(_CHANGES.values(), 0), **dict.fromkeys(_ATTRIBUTES.values(), errno.ENOTSUP)}
"""What calls on metadata return, which Landlock lets through to any file that the user may reach: changes seem to work
and do nothing, attributes seem not to be supported, so that what copies files (`shutil.copy2`) goes on working."""
TRUNCATE = 76 if kernel.MACHINE == "x86_64" else 45
"""`truncate` by path, which Landlock governs from its version 3 on."""
_CLONE, _CLONE3 = (56, 435) if kernel.MACHINE == "x86_64" else (220, 435)
_SOCKET = 41 if kernel.MACHINE == "x86_64" else 198
_IOCTL = 16 if kernel.MACHINE == "x86_64" else 29
_ON_A_PROCESS_X86_64 = {
    "prlimit64": (302, _FIRST),
    "sched_setparam": (142, _FIRST),
    "sched_setscheduler": (144, _FIRST),
    "sched_setaffinity": (203, _FIRST),
    "sched_setattr": (314, _FIRST),
    "setpriority": (141, _SECOND),
    "ioprio_set": (251, _SECOND),
}
_ON_A_PROCESS_AARCH64 = {
    "prlimit64": (261, _FIRST),
    "sched_setparam": (118, _FIRST),
    "sched_setscheduler": (119, _FIRST),
    "sched_setaffinity": (122, _FIRST),
    "sched_setattr": (274, _FIRST),
    "setpriority": (140, _SECOND),
    "ioprio_set": (30, _SECOND),
}
_ON_A_PROCESS = _ON_A_PROCESS_X86_64 if kernel.MACHINE == "x86_64" else _ON_A_PROCESS_AARCH64
"""Calls that change how a process runs, and which argument names it; 0 is the caller."""
_PRCTL = 157 if kernel.MACHINE == "x86_64" else 167
_AUDIT = 0xC000003E if kernel.MACHINE == "x86_64" else 0xC00000B7


def program(answered: Mapping[int, int] | None = None) -> bytes:
    """Return the filter.

    No socket can be made but pairs (``socketpair``, which asyncio needs), no namespace, no other process be slowed
    down or limited, and no keystroke be pushed into a terminal.

    Parameters
    ----------
    answered
        What further calls return without doing anything, by their numbers: an error's number, or 0.
    """
    filters = _Program()
    filters.load(_ARCHITECTURE)
    filters.unless_equal(_AUDIT, _KILL)
    filters.load(_NUMBER)
    if kernel.MACHINE == "x86_64":
        filters.if_at_least(_X32, _error(errno.ENOSYS))  # the same calls under other numbers
    filters.if_equal(_CLONE3, _error(errno.ENOSYS))  # its flags cannot be seen here; libraries fall back to clone
    for number, error in {**dict.fromkeys(DENIED.values(), errno.EPERM), **(answered or {})}.items():
        filters.if_equal(number, _error(error))
    filters.if_equal(_SOCKET, _error(errno.EACCES))
    filters.if_argument(_CLONE, _FIRST, bits=_NAMESPACE_FLAGS)
    filters.if_argument(_PRCTL, _FIRST, values=(_SET_PDEATHSIG, _SET_SUBREAPER))
    filters.if_argument(_IOCTL, _SECOND, values=(_TIOCSTI, _TIOCLINUX))
    for number, argument in _ON_A_PROCESS.values():
        filters.unless_argument(number, argument, 0)
    filters.end(_ALLOW)
    return filters.packed()


def _error(number: int) -> int:
    return _FAIL | number


class _Program:
    """Instructions (code, jump if true, jump if false, value) as they are added."""

    def __init__(self) -> None:
        self._instructions: list[tuple[int, int, int, int]] = []

    def load(self, offset: int) -> None:
        self._instructions.append((_LOAD, 0, 0, offset))

    def end(self, action: int) -> None:
        self._instructions.append((_RETURN, 0, 0, action))

    def if_equal(self, value: int, action: int) -> None:
        self._instructions += [(_IF_EQUAL, 0, 1, value), (_RETURN, 0, 0, action)]

    def unless_equal(self, value: int, action: int) -> None:
        self._instructions += [(_IF_EQUAL, 1, 0, value), (_RETURN, 0, 0, action)]

    def if_at_least(self, value: int, action: int) -> None:
        self._instructions += [(_IF_AT_LEAST, 0, 1, value), (_RETURN, 0, 0, action)]

    def if_argument(self, number: int, offset: int, *, values: tuple[int, ...] = (), bits: int = 0) -> None:
        """Deny a call where an argument is one of some values, or has one of some bits; else it is allowed."""
        inner: list[tuple[int, int, int, int]] = [(_LOAD, 0, 0, offset)]
        deny = (_RETURN, 0, 0, _error(errno.EPERM))
        for value in values:
            inner += [(_IF_EQUAL, 0, 1, value), deny]
        if bits:
            inner += [(_IF_ANY_BIT, 0, 1, bits), deny]
        inner.append((_RETURN, 0, 0, _ALLOW))
        self._instructions += [(_IF_EQUAL, 0, len(inner), number), *inner]

    def unless_argument(self, number: int, offset: int, value: int) -> None:
        """Deny a call unless an argument is a value."""
        self._instructions += [
            (_IF_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, offset),
            (_IF_EQUAL, 1, 0, value),
            (_RETURN, 0, 0, _error(errno.EPERM)),
            (_RETURN, 0, 0, _ALLOW),
        ]

    def packed(self) -> bytes:
        return b"".join(struct.pack("HBBI", *each) for each in self._instructions)
