"""Attacks that read files: tests, answers, scores, other students' work, the operator's home."""

from __future__ import annotations

from attacks.attack import Attack, Group
from attacks.catalogue.tools import attack

ATTACKS: tuple[Attack, ...] = (
    attack(
        "reads_hidden_suite",
        Group.READS,
        "opens the hidden tests by their path",
        r"""
attempt(
    lambda: read("@course@/tests/suites/fortress/test_reach.py"),
    lambda: os.listdir("@course@/tests/suites/fortress"),
    lambda: glob.glob("@course@/tests/**/*.py", recursive=True),
)
""",
    ),
    attack(
        "imports_hidden_suite",
        Group.READS,
        "imports the hidden tests as a module",
        r"""
def imported():
    sys.path.insert(0, "@course@/tests/suites/fortress")
    import test_tiny
    return test_tiny.NOTE

attempt(imported)
""",
    ),
    attack(
        "reads_solution",
        Group.READS,
        "reads the instructor's notebook with the solutions",
        r"""
attempt(
    lambda: SECRET.findall(open("@course@/assignments/fortress/fortress.ipynb", "rb").read()),
    lambda: read("@course@/assignments/fortress/assignment.toml"),
)
""",
    ),
    attack(
        "reads_neighbour",
        Group.READS,
        "copies another student's answer",
        r"""
attempt(
    lambda: SECRET.findall(open("@neighbour@", "rb").read()),
    lambda: os.listdir("@course@/submitted"),
)
""",
    ),
    attack(
        "links_to_neighbour",
        Group.READS,
        "reads another student's answer through links of its own",
        r"""
def through_symlink():
    os.symlink("@neighbour@", "symbolic")
    return read("symbolic")

def through_hard_link():
    os.link("@neighbour@", "hard")
    return read("hard")

def through_path_descriptor():
    number = os.open("@neighbour@", os.O_PATH)
    return read(f"/proc/self/fd/{number}")

attempt(through_symlink, through_hard_link, through_path_descriptor)
""",
    ),
    attack(
        "reads_reports",
        Group.READS,
        "reads other students' reports, pages and executed notebooks",
        r"""
attempt(
    lambda: read("@course@/reports/ada/fortress.json"),
    lambda: read("@course@/feedback/ada/fortress/fortress.html"),
    lambda: read("@course@/autograded/ada/fortress/fortress.ipynb"),
)
""",
    ),
    attack(
        "reads_gradebook",
        Group.READS,
        "asks the gradebook for the class",
        r"""
def students():
    import sqlite3
    with sqlite3.connect("file:@course@/gradebook.db?mode=ro", uri=True) as gradebook:
        return gradebook.execute("select * from student").fetchall()

attempt(students, lambda: SECRET.findall(open("@course@/gradebook.db", "rb").read()))
""",
    ),
    attack(
        "reads_home",
        Group.READS,
        "reads the operator's home folder and keys",
        r"""
attempt(
    lambda: read("@home_canary@"),
    lambda: read(os.path.dirname("@home_canary@") + "/.ssh/id_ed25519"),
    lambda: os.listdir(os.path.dirname("@home_canary@")),
)
""",
    ),
    attack(
        "reads_extended_attributes",
        Group.READS,
        "reads a note in the extended attributes of a file that it cannot open",
        r"""
def by_new_call():
    value = ctypes.create_string_buffer(100)
    wanted = ctypes.create_string_buffer(struct.pack("QII", ctypes.addressof(value), 100, 0))
    syscall(464, -100, ctypes.c_char_p(b"@home_canary@"), 0, ctypes.c_char_p(b"user.note"), wanted, 16)
    return value.value

attempt(
    lambda: os.getxattr("@home_canary@", "user.note"),
    lambda: os.listxattr("@home_canary@"),
    by_new_call,
)
""",
    ),
    attack(
        "reads_temporary_files",
        Group.READS,
        "looks for other submissions in the temporary folder",
        r"""
def others():
    own = os.path.realpath(os.getcwd())
    parent = os.path.dirname(own)
    return SECRET.findall(b"".join(read(path) for path in glob.glob(parent + "/*.txt")))

attempt(others, lambda: read(os.path.dirname(os.path.dirname("@home_canary@")) + "/tmp/another.txt"))
""",
    ),
    attack(
        "reads_with_tensorflow",
        Group.READS,
        "lets TensorFlow's own C++ open the hidden tests",
        r"""
import numpy as np
import tensorflow as tf
attempt(
    lambda: tf.io.read_file("@course@/tests/suites/fortress/test_reach.py").numpy(),
    lambda: tf.io.gfile.glob("@course@/tests/suites/fortress/*"),
    lambda: np.fromfile("@home_canary@", dtype="uint8").tobytes(),
)
""",
    ),
    attack(
        "reads_with_programs",
        Group.READS,
        "starts programs that read in its place",
        r"""
def run(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout

attempt(
    lambda: run("cat", "@course@/tests/suites/fortress/test_reach.py"),
    lambda: run(sys.executable, "-I", "-c", "print(open('@home_canary@').read())"),
    lambda: run("/bin/sh", "-c", "cat < @neighbour@"),
)
""",
    ),
    attack(
        "watches_folders",
        Group.READS,
        "watches what the grader opens while it grades others",
        r"""
def watched(path):
    descriptor = libc.inotify_init()
    if descriptor < 0:
        raise failed()
    number = libc.inotify_add_watch(descriptor, path.encode(), 0xFFF)
    if number < 0:
        raise failed()
    return f"watches {path}"

def marked(path):
    descriptor = syscall("fanotify_init", 0x200, 0)
    syscall("fanotify_mark", descriptor, 1, 0x08000020, -100, ctypes.c_char_p(path.encode()))
    return f"watches {path}"

attempt(
    lambda: watched("@course@/submitted"),
    lambda: watched("@course@/tests/suites/fortress"),
    lambda: marked("@course@/submitted"),
)
""",
    ),
    attack(
        "reads_devices",
        Group.READS,
        "reads disks, the kernel's log and its memory",
        r"""
def disk():
    return [path for path in glob.glob("/dev/[nsv]d*") + glob.glob("/dev/nvme*n1") if len(read(path))]

def kernel_log():
    buffer = ctypes.create_string_buffer(4096)
    size = libc.klogctl(3, buffer, 4096)
    if size < 0:
        raise failed()
    return f"{size} bytes"

attempt(disk, kernel_log, lambda: os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK), lambda: len(read("/etc/shadow")))
""",
        needs_root=True,
    ),
)
