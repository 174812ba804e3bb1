"""Attacks that want more than a user may: the kernel's rarer doors, other users, settings, devices."""

from __future__ import annotations

from attacks.attack import Attack, Group
from attacks.catalogue.tools import attack

ATTACKS: tuple[Attack, ...] = (
    attack(
        "becomes_root",
        Group.ESCAPES,
        "becomes another user, or keeps what only root may do",
        r"""
def capabilities():
    status = open("/proc/self/status").read()
    return int(re.search(r"CapEff:\s*(\w+)", status)[1], 16)

attempt(
    lambda: forked(lambda: os.setuid(0) or "root"),
    lambda: forked(lambda: os.setresuid(12345, 12345, 12345) or "another"),
    capabilities,
)
""",
        needs_root=True,
    ),
    attack(
        "gains_privileges",
        Group.ESCAPES,
        "starts programs that run as root whoever starts them",
        r"""
def can_gain():
    status = open("/proc/self/status").read()
    return re.search(r"NoNewPrivs:\s*0", status) and "may gain privileges"

attempt(can_gain)
""",
    ),
    attack(
        "writes_kernel_settings",
        Group.ESCAPES,
        "opens settings of the kernel that run programs as root",
        r"""
attempt(
    lambda: os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY),
    lambda: os.open("/proc/sysrq-trigger", os.O_WRONLY),
    lambda: os.open("/proc/sys/kernel/hostname", os.O_WRONLY),
)
""",
        needs_root=True,
    ),
    attack(
        "leaves_its_cgroup",
        Group.ESCAPES,
        "moves itself to where no limit counts it",
        r"""
def writable():
    found = glob.glob("/sys/fs/cgroup/cgroup.procs") + glob.glob("/sys/fs/cgroup/*/cgroup.procs")
    return [os.open(path, os.O_WRONLY) for path in found]

attempt(writable)
""",
        needs_root=True,
    ),
    attack(
        "makes_devices",
        Group.ESCAPES,
        "makes a device file of its own for the disk",
        r"""
def made():
    os.mknod("@marker@-memory", stat.S_IFCHR | 0o600, os.makedev(1, 11))
    try:
        return os.open("@marker@-memory", os.O_RDONLY | os.O_NONBLOCK)
    finally:
        os.unlink("@marker@-memory")

attempt(made)
""",
        needs_root=True,
    ),
    attack(
        "uses_io_uring",
        Group.ESCAPES,
        "lets io_uring make its system calls, which no filter sees",
        r"""
attempt(lambda: syscall("io_uring_setup", 4, ctypes.c_char_p(bytes(120))))
""",
    ),
    attack(
        "loads_bpf",
        Group.ESCAPES,
        "loads programs and maps into the kernel",
        r"""
attempt(lambda: syscall("bpf", 0, ctypes.c_char_p(struct.pack("5I", 2, 4, 4, 1, 0) + bytes(100)), 120))
""",
        needs_root=True,
    ),
    attack(
        "uses_keyrings",
        Group.ESCAPES,
        "leaves keys in a keyring that it shares with other processes",
        r"""
attempt(
    lambda: syscall("keyctl", 0, -4, 1),
    lambda: syscall("add_key", ctypes.c_char_p(b"user"), ctypes.c_char_p(b"@marker@"), ctypes.c_char_p(b"x"), 1, -2),
)
""",
    ),
    attack(
        "uses_rare_calls",
        Group.ESCAPES,
        "tries calls of the kernel that have had many holes",
        r"""
def reached(name, *arguments):
    # a call that is let through complains about its arguments, one that is not about the caller
    try:
        return syscall(name, *arguments) + 1
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOSYS, errno.EACCES):
            raise
        return error.errno

attempt(
    lambda: reached("userfaultfd", 1),
    lambda: reached("perf_event_open", ctypes.c_char_p(struct.pack("2I", 1, 112) + bytes(104)), 0, -1, -1, 0),
)
""",
    ),
    attack(
        "uses_privileged_calls",
        Group.ESCAPES,
        "tries calls of the kernel that only root may make",
        r"""
def reached(name, *arguments):
    try:
        return syscall(name, *arguments) + 1
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOSYS, errno.EACCES):
            raise
        return error.errno

attempt(
    lambda: reached("finit_module", -1, ctypes.c_char_p(b""), 0),
    lambda: reached("swapon", ctypes.c_char_p(b"/nonexistent/swap"), 0),
    lambda: reached("fanotify_init", 0, 0),
)
""",
        needs_root=True,
    ),
    attack(
        "calls_as_another_machine",
        Group.ESCAPES,
        "makes system calls by another architecture's numbers, past filters that know only one",
        r"""
def x32():
    return syscall(41 | 0x40000000, socket.AF_UNIX, socket.SOCK_STREAM, 0)

def i386():
    if platform.machine() != "x86_64":
        raise OSError(0, "not this machine")
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    # push rbx; mov eax, 359 (socket); mov ebx, 1; mov ecx, 1; xor edx, edx; int 0x80; pop rbx; ret
    code.write(bytes.fromhex("53 b867010000 bb01000000 b901000000 31d2 cd80 5b c3"))
    number = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    if number < 0:
        raise OSError(-number, os.strerror(-number))
    return f"socket {number}"

attempt(lambda: forked(x32), lambda: forked(i386))
""",
    ),
)
