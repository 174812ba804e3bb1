"""Landlock: a process closes the machine's files to itself, but for a list, for good.

It needs no rights and works inside containers. What it does not govern (metadata of files, System V memory, unix
sockets by path, whether a file exists) `seccomp` denies or `docs/security.md` names. The package ``landlock`` on PyPI
does the same, but has never left its pre-releases.

Constants are from ``linux/landlock.h``.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from autograder.sandbox.isolation import kernel

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE, _READ, _READ_FOLDER = 1, 2, 4, 8
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_FIRST_RIGHTS = (1 << 13) - 1
_BIND_AND_CONNECT = 3
_SIGNALS_AND_ABSTRACT_SOCKETS = 3
TRUNCATE_SINCE, NETWORK_SINCE, SIGNALS_SINCE = 3, 4, 6
"""From which version on it governs `truncate`, TCP, and signals to processes outside."""


def version() -> int:
    """Return the version of the kernel's Landlock; 0 where it has none, or has it switched off."""
    try:
        return kernel.syscall("landlock", _CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    except OSError:
        return 0


def restrict(*, read: Iterable[str], write: Iterable[str]) -> None:
    """Close every file to this process and its descendants, but for those below some paths.

    No program below a path of `write` can be started, so what student code wrote cannot be executed as a program of
    its own. Paths that do not exist are passed over.

    Parameters
    ----------
    read
        Files and folders that can be read, and programs that can be started.
    write
        Files and folders that can be changed.

    Raises
    ------
    OSError
        Where the kernel has no Landlock.
    """
    present = version()
    rights = _FIRST_RIGHTS
    for since, right in ((2, 1 << 13), (TRUNCATE_SINCE, _TRUNCATE), (5, _DEVICE_CONTROL)):
        rights |= right if present >= since else 0
    network = _BIND_AND_CONNECT if present >= NETWORK_SINCE else 0
    scopes = _SIGNALS_AND_ABSTRACT_SOCKETS if present >= SIGNALS_SINCE else 0
    fields = [rights, network, scopes][: 3 if scopes else 2 if network else 1]
    attributes = ctypes.create_string_buffer(struct.pack(f"{len(fields)}Q", *fields))
    size = ctypes.c_size_t(8 * len(fields))
    rules = kernel.syscall("make Landlock rules", _CREATE, attributes, size, ctypes.c_uint(0))
    try:
        for paths, granted in ((read, _EXECUTE | _READ | _READ_FOLDER), (write, rights & ~_EXECUTE)):
            for path in paths:
                _grant(rules, path, granted & rights)
        kernel.forbid_new_privileges()
        kernel.syscall("enforce Landlock rules", _RESTRICT, ctypes.c_int(rules), ctypes.c_uint(0))
    finally:
        os.close(rules)


def _grant(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor))
        kernel.syscall(f"grant {path}", _ADD_RULE, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint(0))
    finally:
        os.close(descriptor)
