"""A filter on the kernel's calls: what a notebook never needs, and an escape would, fails with an error.

It lists what is denied rather than what is allowed: the libraries that a notebook may use call more than two
hundred different calls, and a list of those would break with every release of theirs. The wall itself is made by
namespaces or Landlock; this takes away the parts of the kernel that holes have been found in, and what Landlock
does not govern.

Written for the kernel's classic filter machine by hand. libseccomp would do it too, but is a shared library of the
operating system's that a Python environment cannot bring along.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Mapping

from autograder.sandbox.isolation import kernel, syscalls

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, (16, 24)
"""Where in ``struct seccomp_data`` the filter reads; arguments by their lower half."""
_FIRST, _SECOND = _ARGUMENTS
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_NAMESPACE_FLAGS = (
    kernel.NEW_CGROUP | kernel.NEW_UTS | kernel.NEW_IPC | kernel.NEW_USER | kernel.NEW_PID | kernel.NEW_NET
) | kernel.NEW_MOUNTS
_X32 = 0x40000000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_SET_PDEATHSIG, _SET_SUBREAPER = 1, 36

METADATA = {
    **dict.fromkeys(syscalls.CHANGES_OF_METADATA.values(), 0),
    **dict.fromkeys(syscalls.ATTRIBUTES.values(), errno.ENOTSUP),
}
"""What calls on metadata return, which Landlock lets through to any file that the user may reach: changes seem to work
and do nothing, attributes seem not to be supported, so that what copies files (`shutil.copy2`) goes on working."""


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
    filters.unless_equal(syscalls.ARCHITECTURE, _KILL)
    filters.load(_NUMBER)
    if kernel.MACHINE == "x86_64":
        filters.if_at_least(_X32, _error(errno.ENOSYS))  # the same calls under other numbers
    filters.if_equal(syscalls.CLONE3, _error(errno.ENOSYS))  # its flags cannot be seen; libraries fall back to clone
    for number, error in {**dict.fromkeys(syscalls.DENIED.values(), errno.EPERM), **(answered or {})}.items():
        filters.if_equal(number, _error(error))
    filters.if_equal(syscalls.SOCKET, _error(errno.EACCES))
    filters.if_argument(syscalls.CLONE, _FIRST, bits=_NAMESPACE_FLAGS)
    filters.if_argument(syscalls.PRCTL, _FIRST, values=(_SET_PDEATHSIG, _SET_SUBREAPER))
    filters.if_argument(syscalls.IOCTL, _SECOND, values=(_TIOCSTI, _TIOCLINUX))
    for number, place in syscalls.ON_A_PROCESS.values():
        filters.unless_argument(number, _ARGUMENTS[place], 0)  # 0 is the caller
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
