"""Puts a fork of the fork server behind its wall; what returns is the process that may run student code."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path

from autograder.errors import InfrastructureError
from autograder.sandbox.forkserver import Request
from autograder.sandbox.isolation import kernel, landlock, namespaces, privileges, seccomp, syscalls, warden
from autograder.sandbox.isolation.settings import Wall
from autograder.sandbox.isolation.tiers import Tier

_WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
_READABLE_OF_MACHINE = ("/dev/urandom", "/dev/random", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat")


def enter(wall: Wall, request: Request) -> None:
    """Build the wall and settle behind it, in a folder of the child's own.

    Returns in the child, with the job socket as its only descriptor beyond the standard ones, which lead nowhere, and
    the asking side told that it is ready. The process that was forked has become its `warden`.

    Raises
    ------
    OSError, InfrastructureError
        Where a part of the wall cannot be had: never with a weaker one.
    """
    box = warden.folder_of(os.getpid())

    def become(user: int, grouped: int) -> None:
        os.setsid()
        if wall.tier is Tier.NAMESPACES:
            _check_readable(wall)
            namespaces.build_root(wall, user)
            warden.await_group(grouped)
            warden.be_init(user)
        _settle(wall, request, user, box, grouped)

    warden.guard(wall, request, become)


def _settle(wall: Wall, request: Request, user: int, box: Path, grouped: int) -> None:
    kernel.die_with_parent()
    kernel.close_all_but((0, 1, 2, request.job.fileno(), request.life.fileno(), grouped))
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    home, temporary = namespaces.HOME, "/tmp"  # noqa: S108 - a file system of its own there
    if wall.tier is not Tier.NAMESPACES:
        home = temporary = str(box)
        _fill(box, wall, user)
    os.environ.clear()
    caches = {"KERAS_HOME": f"{home}/.keras", "MPLCONFIGDIR": f"{home}/.mpl", "IPYTHONDIR": f"{home}/.ipython"}
    os.environ.update(wall.environment, HOME=home, TMPDIR=temporary, **caches)
    tempfile.tempdir = None  # the fork server's choice does not hold here
    os.umask(0o077)
    privileges.die_first()
    is_shared = wall.tier is not Tier.NAMESPACES and user == os.getuid()
    if wall.tier is not Tier.NONE:
        privileges.become(user)
    os.chdir(home)
    privileges.limit(wall, counts_others=is_shared)
    answered: dict[int, int] = {}
    if wall.tier is Tier.LANDLOCK:
        landlock.restrict(
            read=(*wall.read_only, *_READABLE_OF_MACHINE, f"/proc/{os.getpid()}"), write=(home, *_WRITABLE_DEVICES)
        )
        answered.update(seccomp.METADATA)
        if landlock.version() < landlock.TRUNCATE_SINCE:
            answered[syscalls.TRUNCATE] = errno.EPERM
    if wall.tier is not Tier.NONE:
        privileges.harden()
        kernel.filter_calls(seccomp.program(answered))
    warden.await_group(grouped)
    os.close(grouped)
    request.ready()


def _fill(box: Path, wall: Wall, user: int) -> None:
    """Make the child's folder on disk, with the files that it finds there."""
    box.mkdir(mode=0o700)
    for name, source in wall.files.items():
        (box / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, box / name)
    if wall.tier is not Tier.NONE and user != os.geteuid():
        for path in (box, *box.rglob("*")):
            os.chown(path, user, user)


def _check_readable(wall: Wall) -> None:
    """Files are shown as they are, to a user who owns nothing: say so where that user could not read one."""
    for source in wall.files.values():
        if os.geteuid() == 0 and not Path(source).stat().st_mode & stat.S_IROTH:
            raise InfrastructureError(f"{source} cannot be read by others than its owner: chmod o+r {source}")
