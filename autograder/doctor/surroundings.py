"""The machine and the course folder, as far as grading depends on them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import quote

from autograder.course import Course
from autograder.doctor.remarks import Condition, Remark
from autograder.errors import UsageError
from autograder.sandbox.isolation.machine import Machine
from autograder.secret import SECRET_VARIABLE

LEAST_FREE_MIB = 2048
"""Room in the temporary folder for some submissions at a time, and for what libraries put there."""
_MIB = 1 << 20


def machine() -> tuple[Remark, ...]:
    """Return what the machine is, its GPUs, and the room in its temporary folder."""
    facts = Machine.read()
    who = "root" if facts.is_root else "an ordinary user"
    inside = ", in a container" if facts.in_container else ""
    system = f"{facts.distribution or facts.system}, kernel {facts.release}, as {who}{inside}, {os.cpu_count()} cores"
    return Remark("system", Condition.GOOD, system), _gpu(), _temporary(Path(tempfile.gettempdir()))


def course(found: Course | None) -> tuple[Remark, ...]:
    """Return what there is of a course, its secret and its gradebook."""
    if found is None:
        where = "none here: a course is a folder with nbgrader_config.py and assignments/ in it"
        return (Remark("folder", Condition.NOTE, where, "go there, or name it with --course"),)
    names = ", ".join(found.assignments) or "no assignments yet"
    return Remark("folder", Condition.GOOD, f"{found.root}: {names}"), _secret(found), _gradebook(found.gradebook)


def _gpu() -> Remark:
    count = len(list(Path("/dev").glob("nvidia[0-9]*")))
    if count:
        return Remark(
            "GPU", Condition.NOTE, f"{count}, not used: models are trained on the CPU, and student code gets none"
        )
    return Remark("GPU", Condition.GOOD, "none, and none is needed")


def _temporary(folder: Path) -> Remark:
    free = shutil.disk_usage(folder).free // _MIB
    if not os.access(folder, os.W_OK | os.X_OK):
        return Remark("temporary folder", Condition.BAD, f"{folder} cannot be written", "set TMPDIR to one that can")
    if free < LEAST_FREE_MIB:
        fix = "make room, or set TMPDIR to a folder that has more"
        return Remark("temporary folder", Condition.BAD, f"{folder} has {free:,} MiB free", fix)
    return Remark("temporary folder", Condition.GOOD, f"{folder}, {free:,} MiB free")


def _secret(found: Course) -> Remark:
    if os.environ.get(SECRET_VARIABLE):
        try:
            found.secret()
        except UsageError as error:
            return Remark("secret", Condition.BAD, error.message, f"set a longer {SECRET_VARIABLE}, or unset it")
        return Remark("secret", Condition.GOOD, f"from {SECRET_VARIABLE}; .autograder/secret is not read")
    path = found.root / ".autograder" / "secret"
    if not path.exists():
        return Remark("secret", Condition.NOTE, "not there yet: the first grading makes one")
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Remark(
            "secret", Condition.BAD, f"others on this machine can use {path} (mode {mode:o})", f"`chmod 600 {path}`"
        )
    if not os.access(path, os.R_OK):
        return Remark("secret", Condition.BAD, f"{path} is somebody else's", "grade as the user that it belongs to")
    return Remark("secret", Condition.GOOD, f"{path}, yours alone")


def _gradebook(path: Path) -> Remark:
    if not path.exists():
        return Remark("gradebook", Condition.NOTE, "not there yet: the first grading makes one")
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
        try:
            (students,) = connection.execute("SELECT count(*) FROM student").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        fix = "put a copy of yours in its place; where none is left, move it away, and grading makes a new one"
        return Remark("gradebook", Condition.BAD, f"{path} is no gradebook of nbgrader's ({error})", fix)
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        return Remark("gradebook", Condition.BAD, f"{path} cannot be written", f"`chmod u+w {path}`")
    return Remark("gradebook", Condition.GOOD, f"{path}, {students} students")
