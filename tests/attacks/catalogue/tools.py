"""What attacks share: a first cell of helpers, and a plain process without any defence to show that they work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from attacks.attack import Attack, Control, Facts, Group

LOOT = rf"\x{ord(Facts.LOOT[0]):02x}{Facts.LOOT[1:]}"
"""`Facts.LOOT` as it stands in a string literal: only what has run shows the word itself."""

KEPT_OUT = "kept out of"
"""What `attempt` of `PRELUDE` prints where it got nothing."""

PRELUDE = r'''
import ctypes, errno, glob, mmap, os, platform, re, resource, signal, socket, stat, struct, subprocess, sys
import threading, time

libc = ctypes.CDLL(None, use_errno=True)
NR = {
    "x86_64": dict(
        add_key=248, bpf=321, clone=56, clone3=435, finit_module=313, fsopen=430, io_uring_setup=425, keyctl=250,
        mount_setattr=442, open_by_handle_at=304, open_tree=428, perf_event_open=298, pidfd_getfd=438, prlimit64=302,
        process_madvise=440, process_vm_readv=310, process_vm_writev=311, ptrace=101, setns=308, swapon=167,
        unshare=272, userfaultfd=323, fanotify_init=300, fanotify_mark=301, memfd_create=319, kcmp=312, ioprio_set=251,
    ),
    "aarch64": dict(
        add_key=217, bpf=280, clone=220, clone3=435, finit_module=273, fsopen=430, io_uring_setup=425, keyctl=219,
        mount_setattr=442, open_by_handle_at=265, open_tree=428, perf_event_open=241, pidfd_getfd=438, prlimit64=261,
        process_madvise=440, process_vm_readv=270, process_vm_writev=271, ptrace=117, setns=268, swapon=224,
        unshare=97, userfaultfd=282, fanotify_init=262, fanotify_mark=263, memfd_create=279, kcmp=272, ioprio_set=30,
    ),
}[platform.machine()]
SECRET = re.compile(rb"CANARY-[a-z]+-[0-9a-f]{32}")


def failed():
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def syscall(name, *arguments):
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = libc.syscall(ctypes.c_long(NR.get(name, name)), *given)
    if result < 0:
        raise failed()
    return result


def attempt(*tries):
    """Say of each whether it got anything."""
    for number, each in enumerate(tries):
        try:
            got = each()
            if not got:
                raise LookupError("nothing there")
        except BaseException as error:
            print("kept out of", number, type(error).__name__, error)
        else:
            print("@loot@", number, repr(got)[:300])


def forked(function):
    """Return what a function returns in a process of its own."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(theirs, b"+" + str(function()).encode())
        except BaseException as error:
            os.write(theirs, b"-" + f"{type(error).__name__} {error}".encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as file:
        told = file.read()
    os.waitpid(child, 0)
    if not told.startswith(b"+"):
        raise OSError(0, told[1:].decode() or "killed")
    return told[1:].decode()


def read(path):
    with open(path, "rb") as file:
        return file.read(4000)


def secrets_in(pid):
    """Return every secret in the memory of a process."""
    found = set()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            first, last, mode = re.match(r"(\w+)-(\w+) (....)", line).groups()
            if mode[:2] == "rw" and int(last, 16) - int(first, 16) < 64 << 20:
                try:
                    memory.seek(int(first, 16))
                    found |= set(SECRET.findall(memory.read(int(last, 16) - int(first, 16))))
                except (OSError, ValueError, OverflowError):
                    pass
    return found
'''


def attack(
    name: str, group: Group, title: str, cell: str, *, control: Control = Control.NO_WALL, **more: object
) -> Attack:
    """Return an attack of one cell, which finds the helpers of `PRELUDE`."""
    return Attack(name, group, title, control, cells=(PRELUDE, cell), **more)  # type: ignore[arg-type]


def run_plainly(
    attack: Attack, facts: Mapping[str, str], environment: Mapping[str, str], pass_fds: tuple[int, ...] = ()
) -> str:
    """Run the cells of an attack in a Python process that nothing protects, and return what it prints."""
    command = _command(attack, facts)
    done = subprocess.run(command, env=dict(environment), pass_fds=pass_fds, capture_output=True, text=True, check=True)
    return done.stdout


def assert_stays(attack: Attack, name: str) -> None:
    """Assert that a process of that name, after the marker, goes on where nobody ends it; it is then ended."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        guard = [sys.executable, str(Path(__file__).parents[1] / "guard.py"), str(result), "60", "0.5"]
        subprocess.run([*guard, *_command(attack, {"marker": "mark"})], env=dict(os.environ), check=True)
        left = json.loads(result.read_text())["left"]
    assert any(f"mark-{name}" in text for texts in left for text in texts), left


def _command(attack: Attack, facts: Mapping[str, str]) -> list[str]:
    script = "\n".join(attack.cells)
    for mark, value in {**facts, "loot": LOOT}.items():
        script = script.replace(f"@{mark}@", value)
    return [sys.executable, "-c", script]
