"""Starts a command as an ordinary user, in an emulation of a container, or both.

``python contained.py [--uid UID] [--contained] COMMAND...``

The container is what Docker gives by default, as far as grading can tell: few capabilities, a read-only cgroup tree,
and a seccomp filter that denies namespaces and mounts. As root, an interpreter in a folder that is closed to other
users is made reachable for them, in a mount namespace that only the command sees.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_libc = ctypes.CDLL(None, use_errno=True)

_CLONE_NEWNS, _NAMESPACES = 0x20000, 0x7E020000
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 38, 22, 24
_KEPT_CAPABILITIES = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}  # Docker's, by their numbers in capabilities(7)
_NUM_CAPABILITIES = 41

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DENIED = {
    # unshare setns mount umount2 pivot_root bpf perf_event_open add_key request_key keyctl userfaultfd
    # open_by_handle_at init_module finit_module swapon swapoff syslog
    "x86_64": (272, 308, 165, 166, 155, 321, 298, 248, 249, 250, 323, 304, 175, 313, 167, 168, 103),
    "aarch64": (97, 268, 40, 39, 41, 280, 241, 217, 218, 219, 282, 265, 105, 273, 224, 225, 116),
}
_DENIED_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442)  # io_uring, the newer calls for mounts
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435


def is_possible() -> bool:
    """Whether the filter is known for this machine."""
    return sys.platform == "linux" and platform.machine() in _AUDIT


def main() -> None:
    """Prepare, and become the command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--uid", type=int)
    parser.add_argument("--contained", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    if os.getuid() == 0:
        _checked(_libc.unshare(_CLONE_NEWNS))
        _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
        _make_reachable({Path(sys.base_prefix), Path(sys.prefix), ROOT})
        if given.contained:
            _close_cgroups()
            for number in set(range(_NUM_CAPABILITIES)) - _KEPT_CAPABILITIES:
                _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)
    if given.uid is not None:
        os.setgroups([])
        os.setresgid(given.uid, given.uid, given.uid)
        os.setresuid(given.uid, given.uid, given.uid)
    if given.contained:
        _filter_calls()
    os.execvp(given.command[0], given.command)


def _make_reachable(paths: set[Path]) -> None:
    """Put an open folder with nothing but the paths in it over each closed folder that is above one."""
    above = {path: [folder for folder in path.parents if not folder.stat().st_mode & 0o001] for path in paths}
    kept = {path: os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path, closed in above.items() if closed}
    for folder in {above[path][-1] for path in kept}:
        _mount("none", str(folder), "tmpfs", 0, "mode=755")
    for path, descriptor in kept.items():
        path.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", str(path), None, _MS_BIND | _MS_REC)
        os.close(descriptor)


def _close_cgroups() -> None:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith("cgroup"):
            _mount(None, before.split()[4], None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY)


def _filter_calls() -> None:
    """Deny what Docker's own filter denies; `clone3` does not exist, so that `clone`'s flags can be looked at."""
    machine = platform.machine()
    load, equal, any_bit, result = 0x20, 0x15, 0x45, 0x06
    allow, deny, absent = 0x7FFF0000, 0x00050001, 0x00050026  # EPERM, ENOSYS
    program = [(load, 0, 0, 4), (equal, 1, 0, _AUDIT[machine]), (result, 0, 0, absent), (load, 0, 0, 0)]
    for number in (*_DENIED[machine], *_DENIED_EVERYWHERE):
        program += [(equal, 0, 1, number), (result, 0, 0, deny)]
    program += [(equal, 0, 1, _CLONE3), (result, 0, 0, absent)]
    program += [(equal, 0, 3, _CLONE[machine]), (load, 0, 0, 16), (any_bit, 0, 1, _NAMESPACES), (result, 0, 0, deny)]
    program += [(result, 0, 0, allow)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    packed = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(packed), 0, 0))


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    arguments = [None if text is None else text.encode() for text in (source, target, kind, data)]
    _checked(_libc.mount(*arguments[:3], ctypes.c_ulong(flags), arguments[3]))


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
