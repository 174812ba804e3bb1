"""What of this machine decides which walls hold: facts only, read without trying anything out.

A fact explains why a wall does not hold, it never decides that: `selftest` tries to break out. Everything here is
read from files, so that what was recorded on another machine can be read in the same way.
"""

from __future__ import annotations

import os
import platform
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import autograder

_CONTAINER_MARKS = (".dockerenv", "run/.containerenv", "run/secrets/kubernetes.io")
_FILTER = "2"  # the value of Seccomp in /proc/self/status where a filter is installed


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The facts; what cannot be read has the value of a kernel that does not know it.

    Parameters
    ----------
    system
        ``Linux``, ``Darwin`` or ``Windows``.
    release
        The kernel's own name for its version.
    distribution
        What the system calls itself, such as ``Ubuntu 24.04.1 LTS``.
    in_container
        Whether an engine has left its mark.
    has_filter
        Whether a seccomp filter is already around this process.
    masked_proc
        Whether something covers a part of ``/proc``; the kernel then mounts no further one for us.
    apparmor_restricts
        Whether AppArmor takes the rights away from who makes a user namespace.
    users_may_unshare
        Whether ordinary users may make user namespaces at all.
    landlock
        Version of Landlock in use, 0 for none.
    security_modules
        What the kernel started with; empty where it does not tell.
    closed_folder
        The first folder on the way to our interpreter or package that other users may not pass; empty if none.
    """

    system: str = "Linux"
    release: str = ""
    distribution: str = ""
    is_root: bool = False
    in_container: bool = False
    has_filter: bool = False
    masked_proc: bool = False
    apparmor_restricts: bool = False
    users_may_unshare: bool = True
    max_user_namespaces: int | None = None
    landlock: int = 0
    security_modules: tuple[str, ...] = ()
    closed_folder: str = ""

    @property
    def kernel(self) -> tuple[int, int]:
        """The kernel's major and minor version; (0, 0) where its release does not begin with them."""
        found = re.match(r"(\d+)\.(\d+)", self.release)
        return (int(found[1]), int(found[2])) if found else (0, 0)

    @classmethod
    def read(cls, root: Path = Path("/")) -> Machine:
        """Return the facts of the machine whose files lie below a folder; what has no file is this process's."""
        system = platform.system()
        if system != "Linux":
            return cls(system=system, release=platform.release(), distribution=platform.platform(terse=True))
        from autograder.sandbox.isolation import landlock  # talks to a Linux kernel

        limit = _sysctl(root, "user/max_user_namespaces")
        return cls(
            system=system,
            release=_text(root / "proc/sys/kernel/osrelease") or platform.release(),
            distribution=_distribution(_text(root / "etc/os-release")),
            is_root=os.geteuid() == 0,
            in_container=any((root / mark).exists() for mark in _CONTAINER_MARKS),
            has_filter=_status(root, "Seccomp") == _FILTER,
            masked_proc=_is_proc_masked(_text(root / "proc/self/mountinfo")),
            apparmor_restricts=_sysctl(root, "kernel/apparmor_restrict_unprivileged_userns") == "1",
            users_may_unshare=_sysctl(root, "kernel/unprivileged_userns_clone") != "0",
            max_user_namespaces=int(limit) if limit.isdigit() else None,
            landlock=landlock.version(),
            security_modules=tuple(filter(None, _text(root / "sys/kernel/security/lsm").split(","))),
            closed_folder=closed_folder(sys.prefix, sys.base_prefix, str(Path(autograder.__file__).parent)),
        )


def closed_folder(*paths: str) -> str:
    """Return the first folder on the way to one of the paths that other users may not pass; empty where none is."""
    for path in paths:
        resolved = Path(path).resolve()
        for folder in (*reversed(resolved.parents), resolved):
            if not folder.stat().st_mode & stat.S_IXOTH:
                return str(folder)
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _sysctl(root: Path, name: str) -> str:
    return _text(root / "proc/sys" / name)


def _status(root: Path, name: str) -> str:
    found = re.search(rf"^{name}:\s*(\S+)", _text(root / "proc/self/status"), re.MULTILINE)
    return found[1] if found else ""


def _distribution(text: str) -> str:
    found = re.search(r'^PRETTY_NAME="?(.*?)"?$', text, re.MULTILINE)
    return found[1] if found else ""


def _is_proc_masked(mounts: str) -> bool:
    """Whether a line of mountinfo(5) has its fifth field, the mount point, below ``/proc``."""
    points = [line.split()[4] for line in mounts.splitlines() if len(line.split()) > 4]
    return any(point.startswith("/proc/") and point != "/proc/sys/fs/binfmt_misc" for point in points)
