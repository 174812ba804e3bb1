"""Reads ``submission_metadata.yml`` of Gradescope's "Export Submissions": whose each folder is.

Of its YAML only what Gradescope writes is understood, line by line::

    submission_34:
      :submitters:
      - :name: Jane Doe
        :sid: '555'
        :email: jane@example.org
      :created_at: 2026-02-01 10:20:30.000000000 Z

Everything else in it is passed over, also what students wrote: their names stand within one line, and
their programs' outputs are indented deeper than any of these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from autograder.collecting.names import HandedIn, Reading, Who, utc

METADATA = "submission_metadata.yml"
EXPORT = re.compile(r"assignment_\d+_export.*")
MAX_BYTES = 200 << 20
_FOLDER = re.compile(r"""(?P<quote>["']?)(?P<folder>[^\s"':][^"':]*)(?P=quote):\s*""")
_FIELD = re.compile(r"  (?:- |  ):(?P<key>name|sid|email): ?(?P<value>.*)")
_CREATED = re.compile(r"  :created_at: (?P<time>.*)")


@dataclass
class Submitted:
    """What the metadata says about one folder."""

    submitters: list[dict[str, str]] = field(default_factory=list)
    created_at: datetime | None = None


def read_metadata(lines: Iterable[bytes]) -> dict[str, Submitted]:
    """Return what the metadata says, by folder; a line ends at its line feed, and at no other character."""
    found: dict[str, Submitted] = {}
    current, is_among_submitters = Submitted(), False
    for line in lines:
        text = line.decode(errors="replace").rstrip("\r\n")
        if text[:1] not in (" ", ""):
            folder = _FOLDER.fullmatch(text)
            current, is_among_submitters = Submitted(), False
            if folder:
                found[folder["folder"]] = current
        elif text[:3] == "  :":
            is_among_submitters = text.rstrip() == "  :submitters:"
            created = _CREATED.fullmatch(text)
            if created:
                current.created_at = utc(created["time"].strip("'\""))
        elif is_among_submitters:
            if text.startswith("  - "):
                current.submitters.append({})
            entry = _FIELD.fullmatch(text)
            if entry and current.submitters:
                current.submitters[-1][entry["key"]] = _scalar(entry["value"].strip())
    return found


def gradescope(path: PurePosixPath, metadata: Mapping[str, Submitted]) -> Reading:
    """Read a path of an export, from the folder of a submission on."""
    if path.name == METADATA and len(path.parts) == 1:
        return "it says whose the submissions are"
    submitted = metadata.get(path.parts[0])
    who = tuple(each for each in map(_who, submitted.submitters) if each) if submitted else ()
    if submitted is None or not who or len(path.parts) < 2:
        return f"{METADATA} does not say whose it is"
    return HandedIn(who, PurePosixPath(*path.parts[1:]), submitted_at=submitted.created_at)


def _who(submitter: Mapping[str, str]) -> Who | None:
    """Return a submitter, known by student id, else by the name before the ``@``; None who has neither."""
    name, sid, email = (submitter.get(key, "") for key in ("name", "sid", "email"))
    known_as = sid or email.partition("@")[0]
    if not known_as:
        return None
    return Who(id=known_as, words=name or known_as, keys=tuple(key for key in (sid, email, name) if key))


def _scalar(text: str) -> str:
    """Return the string that a value of YAML in one line stands for."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            value = json.loads(text)
        except ValueError:  # an escape that JSON does not know
            return text[1:-1]
        return str(value)
    return "" if text in ("~", "null") else text
