"""Numbers of the kernel's calls on this machine, x86_64 or aarch64.

They are from ``asm/unistd_64.h`` and ``asm-generic/unistd.h``, the machine from ``linux/audit.h``.
"""

from __future__ import annotations

from autograder.sandbox.isolation import kernel

_SINCE_2019 = {
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "memfd_secret": 447,
}
_X86_64 = {
    "ptrace": 101,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "mount": 165,
    "umount2": 166,
    "pivot_root": 155,
    "chroot": 161,
    "unshare": 272,
    "setns": 308,
    "keyctl": 250,
    "add_key": 248,
    "request_key": 249,
    "bpf": 321,
    "perf_event_open": 298,
    "userfaultfd": 323,
    "memfd_create": 319,
    "init_module": 175,
    "finit_module": 313,
    "delete_module": 176,
    "kexec_load": 246,
    "kexec_file_load": 320,
    "open_by_handle_at": 304,
    "name_to_handle_at": 303,
    "swapon": 167,
    "swapoff": 168,
    "reboot": 169,
    "acct": 163,
    "quotactl": 179,
    "sethostname": 170,
    "setdomainname": 171,
    "settimeofday": 164,
    "clock_settime": 227,
    "clock_adjtime": 305,
    "adjtimex": 159,
    "ioperm": 173,
    "iopl": 172,
    "syslog": 103,
    "vhangup": 153,
    "personality": 135,
    "lookup_dcookie": 212,
    "uselib": 134,
    "modify_ldt": 154,
    "vmsplice": 278,
    "move_pages": 279,
    "shmget": 29,
    "shmat": 30,
    "semget": 64,
    "msgget": 68,
    "mq_open": 240,
    "fanotify_init": 300,
    "inotify_init": 253,
    "inotify_add_watch": 254,
    "inotify_init1": 294,
    "migrate_pages": 256,
}
_AARCH64 = {
    "ptrace": 117,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "mount": 40,
    "umount2": 39,
    "pivot_root": 41,
    "chroot": 51,
    "unshare": 97,
    "setns": 268,
    "keyctl": 219,
    "add_key": 217,
    "request_key": 218,
    "bpf": 280,
    "perf_event_open": 241,
    "userfaultfd": 282,
    "memfd_create": 279,
    "init_module": 105,
    "finit_module": 273,
    "delete_module": 106,
    "kexec_load": 104,
    "kexec_file_load": 294,
    "open_by_handle_at": 265,
    "name_to_handle_at": 264,
    "swapon": 224,
    "swapoff": 225,
    "reboot": 142,
    "acct": 89,
    "quotactl": 60,
    "sethostname": 161,
    "setdomainname": 162,
    "settimeofday": 170,
    "clock_settime": 112,
    "clock_adjtime": 266,
    "adjtimex": 171,
    "syslog": 116,
    "vhangup": 58,
    "personality": 92,
    "vmsplice": 75,
    "move_pages": 239,
    "shmget": 194,
    "shmat": 196,
    "semget": 190,
    "msgget": 186,
    "mq_open": 180,
    "fanotify_init": 262,
    "inotify_init1": 26,
    "inotify_add_watch": 27,
    "migrate_pages": 238,
}
DENIED = {**(_X86_64 if kernel.MACHINE == "x86_64" else _AARCH64), **_SINCE_2019}
"""Calls that a notebook never needs and an escape would, by name."""

_METADATA_X86_64 = {
    "chmod": 90,
    "fchmod": 91,
    "fchmodat": 268,
    "chown": 92,
    "fchown": 93,
    "lchown": 94,
    "fchownat": 260,
    "utime": 132,
    "utimes": 235,
    "utimensat": 280,
    "futimesat": 261,
    "setxattr": 188,
    "lsetxattr": 189,
    "fsetxattr": 190,
    "removexattr": 197,
    "lremovexattr": 198,
    "fremovexattr": 199,
}
_METADATA_AARCH64 = {
    "fchmod": 52,
    "fchmodat": 53,
    "fchown": 55,
    "fchownat": 54,
    "utimensat": 88,
    "setxattr": 5,
    "lsetxattr": 6,
    "fsetxattr": 7,
    "removexattr": 14,
    "lremovexattr": 15,
    "fremovexattr": 16,
}
CHANGES_OF_METADATA = {
    **(_METADATA_X86_64 if kernel.MACHINE == "x86_64" else _METADATA_AARCH64),
    "fchmodat2": 452,
    "setxattrat": 463,
    "removexattrat": 466,
    "file_setattr": 469,
}
"""Calls that change a file's owner, rights, times or attributes."""
_ATTRIBUTES_X86_64 = {
    "getxattr": 191,
    "lgetxattr": 192,
    "fgetxattr": 193,
    "listxattr": 194,
    "llistxattr": 195,
    "flistxattr": 196,
}
_ATTRIBUTES_AARCH64 = {
    "getxattr": 8,
    "lgetxattr": 9,
    "fgetxattr": 10,
    "listxattr": 11,
    "llistxattr": 12,
    "flistxattr": 13,
}
ATTRIBUTES = {
    **(_ATTRIBUTES_X86_64 if kernel.MACHINE == "x86_64" else _ATTRIBUTES_AARCH64),
    "getxattrat": 464,
    "listxattrat": 465,
    "file_getattr": 468,
}
"""Calls that read a file's attributes."""
TRUNCATE = 76 if kernel.MACHINE == "x86_64" else 45
"""`truncate` by path, which Landlock governs from its version 3 on."""
CLONE, CLONE3 = (56, 435) if kernel.MACHINE == "x86_64" else (220, 435)
SOCKET = 41 if kernel.MACHINE == "x86_64" else 198
IOCTL = 16 if kernel.MACHINE == "x86_64" else 29
_ON_A_PROCESS_X86_64 = {
    "prlimit64": (302, 0),
    "sched_setparam": (142, 0),
    "sched_setscheduler": (144, 0),
    "sched_setaffinity": (203, 0),
    "sched_setattr": (314, 0),
    "setpriority": (141, 1),
    "ioprio_set": (251, 1),
}
_ON_A_PROCESS_AARCH64 = {
    "prlimit64": (261, 0),
    "sched_setparam": (118, 0),
    "sched_setscheduler": (119, 0),
    "sched_setaffinity": (122, 0),
    "sched_setattr": (274, 0),
    "setpriority": (140, 1),
    "ioprio_set": (30, 1),
}
ON_A_PROCESS = _ON_A_PROCESS_X86_64 if kernel.MACHINE == "x86_64" else _ON_A_PROCESS_AARCH64
"""Calls that change how a process runs, and by its place (from 0) which argument names it."""
PRCTL = 157 if kernel.MACHINE == "x86_64" else 167
ARCHITECTURE = 0xC000003E if kernel.MACHINE == "x86_64" else 0xC00000B7
"""The machine, as the kernel names it to a filter."""
