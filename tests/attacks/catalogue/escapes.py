"""Attacks that break out: namespaces, mounts, other roots, other processes."""

from __future__ import annotations

from attacks.attack import Attack, Group
from attacks.catalogue.tools import attack

ATTACKS: tuple[Attack, ...] = (
    attack(
        "unshares_namespaces",
        Group.ESCAPES,
        "makes namespaces of its own, in which it is root",
        r"""
attempt(
    lambda: forked(lambda: syscall("unshare", 0x10000000) or "user"),
    lambda: forked(lambda: syscall("unshare", 0x10000000 | 0x20000) or "user and mount"),
    lambda: forked(lambda: syscall("unshare", 0x10000000 | 0x40000000) or "user and net"),
    lambda: subprocess.run(["unshare", "--user", "true"], check=True, capture_output=True) and "unshare",
)
""",
    ),
    attack(
        "clones_namespaces",
        Group.ESCAPES,
        "forks into namespaces of its own with clone and clone3",
        r"""
def cloned(flags):
    pid = syscall("clone", flags | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid

def cloned3(flags):
    arguments = struct.pack("8Q", flags, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    pid = syscall("clone3", ctypes.c_char_p(arguments), len(arguments))
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid

attempt(lambda: cloned(0x10000000), lambda: cloned3(0x10000000))
""",
    ),
    attack(
        "joins_namespaces",
        Group.ESCAPES,
        "joins the namespaces of another process",
        r"""
attempt(
    lambda: forked(lambda: syscall("setns", os.open("/proc/@victim_pid@/ns/mnt", os.O_RDONLY), 0) or "mnt"),
    lambda: forked(lambda: syscall("setns", os.pidfd_open(@victim_pid@), 0x40000000) or "net"),
)
""",
        needs_root=True,
    ),
    attack(
        "mounts",
        Group.ESCAPES,
        "mounts file systems over its own",
        r"""
def mounted(source, kind, flags=0):
    os.makedirs("mounted", exist_ok=True)
    if libc.mount(source, b"mounted", kind, flags, None):
        raise failed()
    found = os.listdir("mounted") or "empty"
    libc.umount2(b"mounted", 2)
    return found

attempt(
    lambda: mounted(b"none", b"tmpfs"),
    lambda: mounted(b"proc", b"proc"),
    lambda: mounted(b"@course@", None, 4096),
)
""",
        needs_root=True,
    ),
    attack(
        "mounts_in_namespaces",
        Group.ESCAPES,
        "mounts the course in a user namespace of its own",
        r"""
def mounted():
    os.makedirs("mounted", exist_ok=True)
    syscall("unshare", 0x10000000 | 0x20000)
    if libc.mount(b"none", b"/", None, 0x44000, None):
        raise failed()
    if libc.mount(b"@course@", b"mounted", None, 4096, None):
        raise failed()
    return os.listdir("mounted")

attempt(lambda: forked(mounted))
""",
    ),
    attack(
        "mounts_with_new_calls",
        Group.ESCAPES,
        "uses the newer mount calls, which old filters do not know",
        r"""
attempt(
    lambda: syscall("fsopen", ctypes.c_char_p(b"tmpfs"), 0),
    lambda: syscall("open_tree", -100, ctypes.c_char_p(b"/"), 1),
)
""",
        needs_root=True,
    ),
    attack(
        "changes_root",
        Group.ESCAPES,
        "changes its root folder to climb out of it",
        r"""
def climbed():
    os.makedirs("inner", exist_ok=True)
    os.chroot("inner")
    for _ in range(64):
        os.chdir("..")
    os.chroot(".")
    return os.listdir("/")

attempt(lambda: forked(climbed))
""",
        needs_root=True,
    ),
    attack(
        "opens_by_handle",
        Group.ESCAPES,
        "opens files by their handle, past every mount",
        r"""
def opened():
    class Handle(ctypes.Structure):
        _fields_ = [("size", ctypes.c_uint), ("kind", ctypes.c_int), ("data", ctypes.c_ubyte * 128)]

    handle, mount = Handle(128), ctypes.c_int()
    if libc.name_to_handle_at(-100, b"@home_canary@", ctypes.byref(handle), ctypes.byref(mount), 0):
        raise failed()
    near = os.open(os.path.dirname("@home_canary@"), os.O_RDONLY)
    return os.read(syscall("open_by_handle_at", near, ctypes.byref(handle), os.O_RDONLY), 100)

attempt(opened)
""",
        needs_root=True,
    ),
    attack(
        "traces_others",
        Group.ESCAPES,
        "attaches to another process as a debugger",
        r"""
def attached():
    syscall("ptrace", 16, @victim_pid@, 0, 0)
    os.waitpid(@victim_pid@, 0x40000000)
    return syscall("ptrace", 17, @victim_pid@, 0, 0) or "attached"

def seized():
    return syscall("ptrace", 0x4206, @victim_pid@, 0, 0) or "seized"

attempt(lambda: forked(attached), lambda: forked(seized))
""",
    ),
    attack(
        "writes_memory_of_others",
        Group.ESCAPES,
        "writes into the memory of another process",
        r"""
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

def first_page():
    with open("/proc/@victim_pid@/maps") as maps:
        return int(next(line for line in maps if " rw-p " in line).split("-")[0], 16)

def through_proc():
    with open("/proc/@victim_pid@/mem", "r+b", 0) as memory:
        memory.seek(first_page())
        same = memory.read(1)
        memory.seek(first_page())
        return memory.write(same)

def through_call():
    address, buffer = first_page(), ctypes.create_string_buffer(1)
    here, there = Vector(ctypes.addressof(buffer), 1), Vector(address, 1)
    syscall("process_vm_readv", @victim_pid@, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return syscall("process_vm_writev", @victim_pid@, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)

attempt(through_proc, through_call)
""",
    ),
    attack(
        "compares_others",
        Group.ESCAPES,
        "asks the kernel about another process's files and memory",
        r"""
attempt(lambda: str(syscall("kcmp", @victim_pid@, os.getpid(), 1, 0, 0)))
""",
    ),
)
