"""Attacks that leave files, and changes to what others use."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest
from attacks.attack import Attack, Control, Group
from attacks.catalogue.tools import PRELUDE, attack

SYSTEM_V_KEY = 0x0A77AC
"""Of the shared memory that an attack leaves."""


def _paths_can_be_too_long() -> None:
    """A cleaner that goes by whole paths cannot name what lies this deep."""
    part, depth = "x" * 250, 20
    with tempfile.TemporaryDirectory() as name:
        inner = os.open(name, os.O_RDONLY)
        for _ in range(depth):
            os.mkdir(part, dir_fd=inner)
            outer, inner = inner, os.open(part, os.O_RDONLY, dir_fd=inner)
            os.close(outer)
        os.close(inner)
        with pytest.raises(OSError, match="too long"):
            Path(name, *[part] * depth).stat()


def _folders_can_be_closed() -> None:
    """An ordinary user cannot remove a folder of theirs by listing it, where it lets nobody in."""
    with tempfile.TemporaryDirectory() as name:
        closed = Path(name) / "closed"
        (closed / "inner").mkdir(parents=True)
        Path(name).chmod(0o755)
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                if os.getuid() == 0:
                    os.chown(closed, 65534, 65534)
                    os.setuid(65534)
                closed.chmod(0)
                os.listdir(closed)
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        closed.chmod(0o700)
    assert os.waitstatus_to_exitcode(status) == 0


ATTACKS: tuple[Attack, ...] = (
    attack(
        "leaves_temporary_files",
        Group.LEFTOVERS,
        "leaves files wherever everybody may write",
        r"""
for folder in ("/tmp", "/var/tmp", "/dev/shm"):
    try:
        with open(f"{folder}/@marker@-file", "w") as file:
            file.write("left")
    except OSError:
        pass
""",
        trace="file",
    ),
    attack(
        "leaves_files_in_course",
        Group.LEFTOVERS,
        "writes into the course: another student, another answer, another score",
        r"""
def write(path):
    os.stat("@course@/nbgrader_config.py")  # another file system may have a folder of that name too
    path = "@course@/" + path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write("left")
    return path

attempt(
    lambda: write("submitted/@marker@-student/fortress/fortress.ipynb"),
    lambda: write("assignments/fortress/@marker@-assignment.txt"),
    lambda: write("reports/ada/@marker@-report.json"),
    lambda: write(".autograder/@marker@-cache"),
)
""",
    ),
    attack(
        "leaves_files_at_home",
        Group.LEFTOVERS,
        "writes what the operator's next shell or Python would run",
        r"""
def write(name):
    os.stat("@home_canary@")  # another file system may have a folder of that name too
    path = os.path.dirname("@home_canary@") + "/" + name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write("# left")
    return path

attempt(
    lambda: write(".@marker@-bashrc"),
    lambda: write(".ipython/profile_default/startup/@marker@-startup.py"),
    lambda: write(".config/@marker@-config"),
)
""",
    ),
    attack(
        "patches_packages",
        Group.LEFTOVERS,
        "changes the installed packages that the next submission imports",
        r"""
import autograder, keras, numpy

def write(path):
    with open(path, "w") as file:
        file.write("# left")
    return path

attempt(
    lambda: write(os.path.dirname(keras.__file__) + "/@marker@-keras.py"),
    lambda: write(os.path.dirname(os.path.dirname(numpy.__file__)) + "/@marker@-start.pth"),
    lambda: write(os.path.dirname(autograder.__file__) + "/@marker@-ours.py"),
)
""",
    ),
    attack(
        "patches_settings",
        Group.LEFTOVERS,
        "changes the settings and caches that libraries read when the next grading starts",
        r"""
def write(name):
    path = os.path.dirname("@home_canary@") + "/.cache/autograder/matplotlib/"
    os.stat(path)
    with open(path + name, "w") as file:
        file.write("# left")
    return path

attempt(lambda: write("@marker@-matplotlibrc"))
""",
    ),
    attack(
        "deletes_files",
        Group.LEFTOVERS,
        "deletes, empties and renames what is not its own",
        r"""
notes = "@course@/notes/"
attempt(
    lambda: os.unlink(notes + "delete.txt") or "deleted",
    lambda: os.truncate(notes + "truncate.txt", 0) or "emptied",
    lambda: os.rename(notes + "rename.txt", notes + "renamed.txt") or "renamed",
)
""",
    ),
    attack(
        "changes_modes",
        Group.LEFTOVERS,
        "opens files to everybody, changes their times, owner and attributes",
        r"""
path = "@home_canary@"

def changed(change, look):
    before = look(os.stat(path))
    change()
    after = look(os.stat(path))
    return before != after and (before, after)

def marked():
    os.setxattr(path, "user.mark", b"left")
    return os.getxattr(path, "user.mark")

def by_new_call():
    value = ctypes.create_string_buffer(b"left")
    given = ctypes.create_string_buffer(struct.pack("QII", ctypes.addressof(value), 4, 0))
    syscall(463, -100, ctypes.c_char_p(path.encode()), 0, ctypes.c_char_p(b"user.new"), given, 16)
    return "user.new" in os.listxattr(path)

attempt(
    lambda: changed(
        lambda: syscall(452, -100, ctypes.c_char_p(path.encode()), 0o602, 0), lambda status: oct(status.st_mode)
    ),
    by_new_call,
    lambda: changed(lambda: os.chmod(path, 0o666), lambda status: oct(status.st_mode)),
    lambda: changed(lambda: os.utime(path, (1, 1)), lambda status: status.st_mtime),
    marked,
)
""",
    ),
    Attack(
        "leaves_notes_for_the_next",
        Group.LEFTOVERS,
        "leaves a note, ends its process, and finds the note in the next one",
        Control.NO_WALL,
        cells=(
            PRELUDE,
            r"""
import tempfile
places = {"/tmp", "/var/tmp", "/dev/shm", tempfile.gettempdir(), os.path.expanduser("~"), os.path.dirname(os.getcwd())}
found = [place for place in places if os.path.exists(f"{place}/@marker@-note")]
for place in places:
    try:
        open(f"{place}/@marker@-note", "w").close()
    except OSError:
        pass
""",
            "os._exit(0)",
            "attempt(lambda: found)",
        ),
    ),
    attack(
        "leaves_segments",
        Group.LEFTOVERS,
        "leaves shared memory of System V, which outlives every process",
        rf"""
libc.shmget({SYSTEM_V_KEY:#x}, 4096, 0o1666)
""",
        trace="segment",
    ),
    attack(
        "leaves_deep_folders",
        Group.LEFTOVERS,
        "leaves folders that lie so deep that no path reaches them",
        r"""
home = os.getcwd()
for _ in range(1500):
    os.mkdir("@marker@-" + "x" * 40)
    os.chdir("@marker@-" + "x" * 40)
os.chdir(home)
""",
        control=Control.OWN,
        succeeds=_paths_can_be_too_long,
    ),
    attack(
        "leaves_closed_folders",
        Group.LEFTOVERS,
        "leaves folders that let nobody in, and names that are no text",
        r"""
before = os.umask(0)
os.makedirs("@marker@-closed/inner")
os.mkdir("@marker@-shut", 0)
os.mkdir(b"@marker@-\xff\n\x1b[2J", 0)
os.mkfifo("@marker@-fifo", 0)
os.symlink("@course@/notes", "@marker@-notes")
os.symlink("@marker@-loop", "@marker@-loop")
os.chmod("@marker@-closed", 0)
os.umask(before)
""",
        control=Control.OWN,
        succeeds=_folders_can_be_closed,
    ),
    attack(
        "swaps_its_folder",
        Group.LEFTOVERS,
        "puts a link to the course in the place of its own folder, for the grader to clean",
        r"""
def swapped():
    own = os.path.realpath(os.getcwd())
    os.rename(own, own + "-@marker@")
    os.rename(own + "-@marker@", own)
    return own

attempt(swapped)
""",
    ),
)
