"""How learning platforms name what students handed in.

======================= =====================================================================================
Moodle, in folders      ``Jane Doe_657737_assignsubmission_file/lab.ipynb``, in older versions with a ``_`` at
                        the folder's end; the number is the student's in this assignment alone
Moodle, flat            ``Jane Doe_657737_assignsubmission_file_lab.ipynb``
Moodle, marked blind    ``Participant_657737_assignsubmission_file/lab.ipynb``
Canvas                  ``doejane_123_456_lab.ipynb``, ``doejane_LATE_123_456_lab.ipynb``: the student's number in
                        Canvas, and the file's; of a student who hands in again the file becomes ``lab-1.ipynb``
Canvas, anonymous       ``anon_Ab3dE_456_lab.ipynb``
Gradescope              ``assignment_12_export/submission_34/lab.ipynb``, and ``submission_metadata.yml`` that says
                        whose ``submission_34`` is (`collecting.gradescope`)
nbgrader's zip_collect  ``ps1_jdoe_attempt_2016-01-30-20-30-10_lab.ipynb``, as Blackboard names files
nbgrader's exchange     ``jdoe+ps1+2016-01-30 20:30:10.000000 UTC/lab.ipynb``, or with ``+`` and random letters more
plain                   ``jdoe/lab.ipynb``, ``jdoe/ps1/lab.ipynb`` or ``jdoe.zip``, in one folder perhaps
======================= =====================================================================================

What a platform writes stands before what the student wrote, and the first that fits decides: no name that a student
gives to a file makes it somebody else's. For the same reason an archive is of a platform only if all of its
names at the top are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath

_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?")
_CANVAS = re.compile(r"(?P<name>.+?)_(?:LATE_)?(?P<number>\d+)_(?P<file>\d+)_(?P<rest>.+)")
_CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?anon_(?P<number>[A-Za-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)")
_CANVAS_NO_FILE = re.compile(r".+_[A-Za-z0-9]+_(text|link)\.html")
_ATTEMPT = re.compile(r"(?P<before>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt)")
_EXCHANGE = re.compile(
    r"(?P<student>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+.*)?"
)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T-](\d\d)[:-](\d\d)[:-](\d\d)(?:\.\d+)?"
    r" ?(?:(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))?"
)
ARCHIVE_SUFFIX = ".zip"


@dataclass(frozen=True)
class Who:
    """What a platform calls a student.

    Parameters
    ----------
    id
        What becomes the student's id in the course where no file of names says another.
    words
        For people.
    keys
        Under which a file of names may know the student: numbers, names, e-mail addresses.
    """

    id: str
    words: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class HandedIn:
    """One file as its student handed it in.

    Parameters
    ----------
    who
        The student, or all of a group.
    path
        Its name, or its path where the platform keeps folders.
    submitted_at
        In UTC, where the name tells.
    number
        Of the file on the platform: what is handed in later has a higher one.
    """

    who: tuple[Who, ...]
    path: PurePosixPath
    submitted_at: datetime | None = None
    number: int | None = None


Reading = HandedIn | str | None
"""A file, the reason why it is none, or None where the name is not one of the platform."""
Reader = Callable[[PurePosixPath, str], Reading]
"""Reads a path, given the assignment's id."""


def moodle(path: PurePosixPath, assignment: str) -> Reading:
    """Read a name of Moodle's "Download all submissions"."""
    found = _MOODLE.fullmatch(path.parts[0])
    if found is None:
        return None
    if found["plugin"] != "file":
        return f"it is no file that was handed in, but what Moodle keeps as {found['plugin']}"
    rest = [*([found["file"]] if found["file"] else []), *path.parts[1:]]
    if not rest:
        return None
    name, number = found["name"], found["number"] or ""
    is_blind = name in ("Participant", "")
    who = Who(
        id=f"{name} {number}" if is_blind else name,
        words=f"{name} ({number})" if number else name,
        keys=tuple(key for key in (number, f"Participant {number}", "" if is_blind else name) if key),
    )
    return HandedIn((who,), PurePosixPath(*rest))


def canvas(path: PurePosixPath, assignment: str) -> Reading:
    """Read a name of Canvas's "Download Submissions"."""
    name = path.parts[0]
    found = _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)
    if found is None or len(path.parts) > 1:
        is_text = _CANVAS_NO_FILE.fullmatch(name) is not None and len(path.parts) == 1
        return "it is no file that was handed in, but a text or a link" if is_text else None
    student, number = found.groupdict().get("name", ""), found["number"]
    who = Who(
        id=number if student else f"anon_{number}",
        words=f"{student or 'anonymous'} ({number})",
        keys=(number, *([student] if student else [f"anon_{number}"])),
    )
    return HandedIn((who,), PurePosixPath(found["rest"]), number=int(found["file"]))


def nbgrader(path: PurePosixPath, assignment: str) -> Reading:
    """Read a name that nbgrader's zip_collect takes, or one of its exchange."""
    found = _EXCHANGE.fullmatch(path.parts[0])
    if found is not None and len(path.parts) > 1:
        if found["assignment"] != assignment:
            return f"it belongs to {found['assignment']}"
        rest = PurePosixPath(*path.parts[1:])
        return HandedIn((_known_as(found["student"]),), rest, submitted_at=utc(found["time"]))
    found = _ATTEMPT.fullmatch(path.parts[0])
    if found is None or len(path.parts) > 1:
        return None
    if found["rest"] is None:
        return "it is no file that was handed in, but a note about it"
    before = found["before"]
    prefix = f"{assignment}_"
    student = before.removeprefix(prefix) if before.startswith(prefix) else before.rpartition("_")[2]
    return HandedIn((_known_as(student),), PurePosixPath(found["rest"]), submitted_at=utc(found["time"]))


def plain(path: PurePosixPath, assignment: str) -> Reading:
    """Read a path that begins with the student's id."""
    first, *rest = path.parts
    if not rest:
        if not first.lower().endswith(ARCHIVE_SUFFIX):
            return "it lies in no student's folder"
        return HandedIn((_known_as(first[: -len(ARCHIVE_SUFFIX)]),), path)
    if len(rest) > 1 and rest[0] == assignment:
        rest = rest[1:]
    return HandedIn((_known_as(first),), PurePosixPath(*rest))


READERS: dict[str, Reader] = {"moodle": moodle, "canvas": canvas, "nbgrader": nbgrader, "plain": plain}
"""By the name of the platform; Gradescope's names say nothing without its metadata."""


def utc(text: str) -> datetime | None:
    """Return a time that stands in a name or a file of a platform, in UTC; a zone without a number counts as UTC."""
    found = _TIME.match(text)
    if found is None:
        return None
    offset = timedelta()
    if found["sign"]:
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    try:
        zone = timezone(-offset if found["sign"] == "-" else offset)
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _known_as(name: str) -> Who:
    return Who(id=name, words=name, keys=(name,))
