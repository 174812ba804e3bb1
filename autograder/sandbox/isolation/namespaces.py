"""Namespaces: a root folder made of a few read-only parts of the machine, a process tree and a network of one's own.

Works as root, and as an ordinary user where the kernel lets users have namespaces. bubblewrap builds the same wall,
but around a program that it starts: TensorFlow would have to be imported again for every submission, which takes a
hundred times longer than the wall. See namespaces(7), user_namespaces(7) and pivot_root(2).
"""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox.isolation import kernel
from autograder.sandbox.isolation.settings import Wall

HOME = "/home/student"
_DEVICES = ("null", "zero", "full", "random", "urandom")
_MOUNT_POINTS = ("/mnt", "/media", "/srv", "/opt", "/tmp")  # noqa: S108 - nothing is written there: it is covered
_LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
_OLD = "/.old"


def leave() -> None:
    """Leave every namespace but that of mounts: the next process that is forked is the first of its tree.

    An ordinary user first gets a user namespace, in which they may do the rest.
    """
    flags = kernel.NEW_NET | kernel.NEW_PID | kernel.NEW_IPC | kernel.NEW_UTS | kernel.NEW_CGROUP
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        kernel.unshare(flags)
    else:
        kernel.unshare(flags | kernel.NEW_USER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    kernel.set_host_name(b"sandbox")


def build_root(wall: Wall, user: int) -> None:
    """Give this process, the first of its tree, a root folder made for one submission, and settle in its home.

    What can be written lies in memory, with a limit on bytes and on files, and is gone with the process.

    Parameters
    ----------
    user
        Who student code will be: its user and group id.

    Raises
    ------
    OSError
        Where the kernel refuses a part of it.
    """
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount("none", "/", flags=kernel.RECURSIVE | kernel.PRIVATE)
    new = _mount_point((*wall.read_only, *wall.files.values()))
    harmless = kernel.NO_SUID | kernel.NO_DEVICES
    kernel.mount("tmpfs", new, "tmpfs", harmless, "size=1m,nr_inodes=4k,mode=0755")
    size = f"size={wall.disk_mib}m,nr_inodes={wall.inodes},mode=1777"
    for path, options in ((HOME, size), ("/tmp", size), ("/dev/shm", "size=64m,nr_inodes=1k,mode=1777")):  # noqa: S108 - mounts
        Path(new + path).mkdir(parents=True)
        kernel.mount("tmpfs", new + path, "tmpfs", harmless, options)
    for path in wall.read_only:
        _show(path, new + path)
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{new}/dev/{name}")
    for name, target in _LINKS.items():
        Path(new, "dev", name).symlink_to(target)
    for name, source in wall.files.items():
        _bind(source, f"{new}{HOME}/{name}")
        kernel.mount_read_only(f"{new}{HOME}/{name}")
    etc = Path(new, "etc")
    etc.mkdir(exist_ok=True)
    (etc / "passwd").write_text(f"student:x:{user}:{user}::{HOME}:/bin/sh\n")
    Path(new, "proc").mkdir()
    Path(new + _OLD).mkdir()
    kernel.pivot_root(new, new + _OLD)
    os.chdir("/")
    kernel.mount("proc", "/proc", "proc", harmless | kernel.NO_EXEC)  # only while the old one can still be seen
    kernel.unmount(_OLD)
    Path(_OLD).rmdir()
    kernel.mount("none", "/", flags=kernel.REMOUNT | kernel.BIND | kernel.READ_ONLY | harmless)
    os.chdir(HOME)


def _mount_point(sources: tuple[str, ...]) -> str:
    """Return a folder of the machine to build under, one that covers nothing we need."""
    for folder in _MOUNT_POINTS:
        if Path(folder).is_dir() and not any(Path(source).is_relative_to(folder) for source in sources):
            return folder
    raise OSError(f"none of {', '.join(_MOUNT_POINTS)} is free to build the root folder of a submission under")


def _show(source: str, target: str) -> None:
    """Let a folder or file of the machine be read, a link be followed; what is not there is passed over."""
    if Path(source).is_symlink():
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(target):
            Path(target).symlink_to(Path(source).readlink())
    elif Path(source).exists():
        _bind(source, target)
        kernel.mount_read_only(target)


def _bind(source: str, target: str) -> None:
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    kernel.mount(source, target, flags=kernel.BIND | kernel.RECURSIVE)
