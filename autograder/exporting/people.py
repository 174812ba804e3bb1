"""Who a student is on a platform: columns of a file of names, the same that ``autograder collect --map`` reads.

Names of columns are compared without case, spaces and signs, and other columns are passed over. A number or an
address that two students share, or a student with two of them, is a mistake in the file: somebody would get the
grade of somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from autograder.collecting.roster import read_rows
from autograder.errors import UsageError
from autograder.records import StudentId
from autograder.reports.exports.canvas import CanvasStudent
from autograder.reports.exports.classroom50 import HandedIn
from autograder.reports.exports.moodle import MoodleStudent

Columns = Mapping[str, tuple[str, ...]]
"""The names of columns that a field may stand in, the best first."""
_CANVAS: Columns = {
    "id": ("canvasid", "canvasuserid", "id", "userid", "lmsid"),
    "sis_user_id": ("sisuserid", "sisid", "sid"),
    "sis_login_id": ("sisloginid", "loginid", "login", "username"),
}
_CANVAS_WORDS: Columns = {"name": ("name", "fullname", "studentname", "sortablename"), "section": ("section",)}
_MOODLE: Columns = {
    "email": ("email", "emailaddress", "mail", "useremail"),
    "id_number": ("idnumber", "useridnumber"),
    "username": ("username", "loginid", "login"),
}
_CLASSROOM: Columns = {
    "owner": ("owner", "githublogin", "github", "login", "username"),
    "submission": ("submission", "submissiontag", "tag"),
}
_CLASSROOM_WORDS: Columns = {
    "classroom": ("classroom",),
    "assignment": ("assignment",),
    "commit": ("commit", "commiturl"),
    "release": ("release", "releaseurl"),
    "review": ("review", "reviewurl"),
    "datetime": ("datetime", "submittedat"),
    "mode": ("mode",),
}
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
_MODES = ("individual", "group")


def canvas_students(path: Path) -> dict[StudentId, CanvasStudent]:
    """Return whom a file of names gives to Canvas as whom.

    Raises
    ------
    UsageError
        If it cannot be read, or names somebody twice.
    """
    return {student: CanvasStudent(**fields) for student, fields in _people(path, _CANVAS, _CANVAS_WORDS).items()}


def moodle_students(path: Path) -> dict[StudentId, MoodleStudent]:
    """Return whom a file of names gives to Moodle as whom.

    Raises
    ------
    UsageError
        If it cannot be read, or names somebody twice.
    """
    return {student: MoodleStudent(**fields) for student, fields in _people(path, _MOODLE, {}).items()}


def classroom_fields(path: Path) -> dict[StudentId, dict[str, str]]:
    """Return what a file of names says of each submission on Classroom 50, for `handed_in`.

    Raises
    ------
    UsageError
        If it cannot be read, or names somebody twice.
    """
    return _people(path, _CLASSROOM, _CLASSROOM_WORDS)


def handed_in(fields: Mapping[str, str], environment: Mapping[str, str]) -> HandedIn:
    """Return what Classroom 50 knows of a submission, from a file of names or else from its runner's variables.

    Raises
    ------
    UsageError
        If something is missing, or not as Classroom 50 writes it.
    """
    variables = {
        "classroom": "CLASSROOM",
        "assignment": "ASSIGNMENT",
        "owner": "OWNER",
        "submission": "SUBMISSION_TAG",
        "commit": "COMMIT_URL",
        "release": "RELEASE_URL",
        "review": "REVIEW_URL",
        "datetime": "SUBMITTED_AT",
        "mode": "MODE",
    }
    found = {name: fields.get(name) or environment.get(variable, "") for name, variable in variables.items()}
    found["owner"] = found["owner"] or environment.get("USERNAME", "")
    found["review"] = found["review"] or found["commit"]
    found["mode"] = found["mode"] or _MODES[0]
    missing = [f"{name} ({variables[name]})" for name, value in found.items() if not value]
    if missing:
        raise UsageError(
            f"Classroom 50 also wants {', '.join(missing)}: a column of --map, or a variable of its runner"
        )
    if not found["submission"].startswith("submit/"):
        raise UsageError(f"the submission {found['submission']!r} is no tag of Classroom 50: those begin with submit/")
    if not _DATETIME.fullmatch(found["datetime"]):
        raise UsageError(f"the time {found['datetime']!r} is not in UTC as 2026-02-01T10:20:30Z")
    if found["mode"] not in _MODES:
        raise UsageError(f"the mode {found['mode']!r} is neither {' nor '.join(_MODES)}")
    return HandedIn(**found)


def _people(path: Path, unique: Columns, others: Columns) -> dict[StudentId, dict[str, str]]:
    """Return the fields of each student; the values of the `unique` ones belong to one student each."""
    found: dict[StudentId, dict[str, str]] = {}
    owners: dict[tuple[str, str], str] = {}
    for name, row in read_rows(path):
        student = StudentId(name)
        fields = {field: _first(row, names) for field, names in {**unique, **others}.items()}
        if "name" in others and not fields["name"]:
            fields["name"] = f"{row.get('firstname', '')} {row.get('lastname', '')}".strip()
        known = found.setdefault(student, fields)
        for field, value in fields.items():
            known[field] = known[field] or value
            if not value or field not in unique:
                continue
            if value != known[field]:
                raise UsageError(f"{path} gives {student} two values of {field}: {known[field]!r} and {value!r}")
            owner = owners.setdefault((field, value), student)
            if owner != student:
                raise UsageError(f"{path} gives {value!r} to {owner} and {student}")
    return found


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
