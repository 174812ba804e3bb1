"""Which student of the course a platform means: a file of names, if there is one.

The file is CSV with a line of column names. ``student_id`` (or ``student``) holds the id in the course. What a platform
calls the student stands in any of the columns of `COLUMNS`: a number, a name, an e-mail address. Other columns are
passed over, for a number of points may well be somebody's number on a platform.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.collecting.names import Who
from autograder.course import is_student_id
from autograder.errors import UsageError

STUDENT = ("studentid", "student")
COLUMNS = frozenset(
    re.findall(
        r"\w+",
        "id lmsid userid canvasid canvasuserid moodleid gradescopeid identifier participant sid sisid sisuserid "
        "sisloginid idnumber login loginid username name fullname studentname sortablename email emailaddress mail",
    )
)
"""Names of columns that are looked at, without case, spaces and signs."""
_FIRST, _LAST = ("firstname", "givenname"), ("lastname", "surname", "familyname")
_MAX_BYTES = 20 << 20


class Roster:
    """The students of a file of names.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UsageError
        If it cannot be read, or has no column with students' ids.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._students: dict[str, set[str]] = {}
        for student, value in _known(path):
            for key in _spellings(value):
                self._students.setdefault(key, set()).add(student)

    def student(self, who: Who) -> str:
        """Return the id of a student, by the first of the platform's words for them that the file knows.

        Raises
        ------
        LookupError
            If it knows none of them, or two students by one; the message is for the operator.
        """
        for key in who.keys:
            found = self._students.get(_normal(key), set())
            if len(found) == 1:
                return next(iter(found))
            if found:
                raise LookupError(f"{self._name} gives {key!r} to {' and '.join(sorted(found))}")
        raise LookupError(f"{self._name} does not name {who.words}")


def _known(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each student's id with each thing that the student is known by."""
    for student, row in read_rows(path):
        yield from ((student, value) for value in [student, *_values(row)])


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each student's id with the other columns of the line, by their names without case, spaces and signs.

    Raises
    ------
    UsageError
        If the file cannot be read, or has no column with students' ids.
    """
    lines = _read(path).splitlines()
    first = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count))
    try:
        columns = [_normal(name) for name in next(reader, [])]
        column = next((name for name in STUDENT if name in columns), None)
        if column is None:
            raise UsageError(f"{path} has no column 'student_id': its first line is {first[:200]!r}")
        for values in reader:
            row = dict(zip(columns, (value.strip() for value in values), strict=False))
            student = unicodedata.normalize("NFC", row.pop(column, ""))
            if not student:
                continue
            if not is_student_id(student):
                raise UsageError(f"{path}, line {reader.line_num}: {student!r} cannot be a student's id")
            yield student, row
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: {error}") from error


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise UsageError(f"{path} is too large to be a file of names")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8: save it as CSV UTF-8") from None


def _values(row: Mapping[str, str]) -> Iterator[str]:
    """Yield what a row calls its student."""
    yield from (value for column, value in row.items() if column in COLUMNS and value)
    names = [next((row[name] for name in among if row.get(name)), "") for among in (_FIRST, _LAST)]
    if all(names):
        yield " ".join(names)


def _spellings(value: str) -> set[str]:
    """Return what a platform may write for a value: Canvas puts the last name first."""
    words = value.replace(",", " ").split()
    found = {_normal(value)}
    if len(words) > 1 and "@" not in value:
        found.add(_normal(" ".join([words[-1], *words[:-1]])))
    return found - {""}


def _normal(text: str) -> str:
    """Return a name without case, spaces and signs; accents stay."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFC", folded) if char.isalnum())
