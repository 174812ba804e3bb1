"""What a wall is to be: plain data, made by the trusted side, read in the forked child."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

import autograder
from autograder.records import Record
from autograder.sandbox.isolation.tiers import Tier

_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/ssl/certs",
    "/nix/store",
    "/sys/devices/system/cpu",
)


class Wall(Record, frozen=True, kw_only=True):
    """One child's wall and limits."""

    tier: Tier
    read_only: tuple[str, ...]
    """What of the machine's files can be read: absolute paths; never a folder above or below the course's."""
    files: dict[str, str] = {}
    """What lies in the child's folder when it starts: the file, by the relative path that it has there."""
    environment: dict[str, str] = {}
    """The whole environment; the folders in it are added when they are known."""
    memory_mib: int
    processes: int
    """Processes and threads."""
    file_mib: int
    disk_mib: int
    inodes: int
    cpu_s: int
    """CPU seconds of one process, after which the kernel ends it: a last resort, the asking side counts them all."""


@functools.cache
def readable() -> tuple[str, ...]:
    """Return what a child has to read: the system's programs, the interpreter, this package, and nobody's data."""
    ours = {sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix), str(Path(autograder.__file__).parent)}
    paths = [*_SYSTEM, *sorted(ours)]
    return tuple(path for path in paths if not any(path != other and _is_below(path, other) for other in paths))


def _is_below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, as it is spelt: what is a link in one place may not be one in the other."""
    return Path(path).is_relative_to(folder) and not Path(path).is_symlink()
