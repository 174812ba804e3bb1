"""`check.toml`: what a release tells the student's own machine about the assignment.

Beside it lies `released.json`, the notebook as it was released. Students write into the other copy, and what they
changed or lost in it can only be told, and put right, by one that nobody opens and edits.
"""

from __future__ import annotations

import json
from typing import Literal

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.notebooks import cells
from autograder.records import AssignmentId, GradeId, QuestionKind, Record
from autograder.settings import Execution, Limits

NAME = "check.toml"
RELEASED = "released.json"
FORMAT: Literal["autograder/check/v1"] = "autograder/check/v1"
_HEADER = "# Written by `autograder release`; changes are lost.\n"


class ReleasedQuestion(Record, frozen=True, kw_only=True):
    """What a student may know of a question."""

    grade_id: GradeId
    kind: QuestionKind
    points: float


class CheckFile(Record, frozen=True, kw_only=True):
    """The whole of a `check.toml`."""

    format: Literal["autograder/check/v1"] = FORMAT
    assignment: AssignmentId
    title: str
    release_id: str
    notebook: str
    public_checks: tuple[str, ...]
    files: tuple[str, ...]
    weights: tuple[str, ...] = ()
    execution: Execution
    limits: Limits
    questions: tuple[ReleasedQuestion, ...]


def encode(content: CheckFile) -> bytes:
    """Return the file, the same bytes for equal contents."""
    values: dict[str, object] = msgspec.to_builtins(content)
    lines = [_HEADER]
    lines += [
        _line(name, value) for name, value in values.items() if not isinstance(value, dict) and name != "questions"
    ]
    for name in ("execution", "limits"):
        table: dict[str, object] = msgspec.to_builtins(getattr(content, name))
        lines += [f"\n[{name}]\n", *(_line(key, value) for key, value in table.items())]
    for question in content.questions:
        table = msgspec.to_builtins(question)
        lines += ["\n[[questions]]\n", *(_line(key, value) for key, value in table.items())]
    return "".join(lines).encode()


def decode(data: bytes) -> CheckFile:
    """Return what a `check.toml` says, strictly.

    Raises
    ------
    msgspec.ValidationError, msgspec.DecodeError
        If it is not such a file.
    """
    return msgspec.toml.decode(data, type=CheckFile)


def decode_released(data: bytes, content: CheckFile) -> NotebookNode:
    """Return the notebook in a `released.json`.

    Raises
    ------
    ValueError
        If it is none, or not that of this `check.toml`.
    """
    try:
        notebook: NotebookNode = nbformat.reads(data.decode(), as_version=4)
        found = cells.provenance(notebook)
    except (nbformat.ValidationError, KeyError, TypeError, AttributeError) as error:  # whatever else lies there
        raise ValueError(f"it is no notebook: {str(error).splitlines()[0]}") from error
    if found != (content.assignment, content.release_id):
        raise ValueError(f"it belongs to {' '.join(found) or 'nothing'}, not to {content.release_id}")
    return notebook


def _line(name: str, value: object) -> str:
    """Return one setting; strings, numbers and lists of strings look in TOML as they do in JSON."""
    return f"{name} = {json.dumps(value, ensure_ascii=False)}\n".replace("\x7f", "\\u007f")
