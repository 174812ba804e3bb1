"""The corpus of an assignment: its reference, other correct answers, and known mistakes, as submissions.

The reference is what stands in the solution regions of the source notebook. An overlay, a Python file in
``solutions/<id>/accepted`` or ``mistakes``, replaces the cells of some questions::

    \"\"\"Twice the addition of the branch: the input is lost.\"\"\"
    # fails: residual_block.carries_its_input
    # %% residual_block
    def residual_block(filters, strides=1):
        ...

Its docstring says in a line what it is. A mistake names the checks that it must fail.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.errors import AssignmentError
from autograder.notebooks import cells
from autograder.notebooks.reading import read_notebook
from autograder.records import CheckId, GradeId

_CELL = re.compile(r"^# %% *([A-Za-z0-9_-]+) *$", re.MULTILINE)
_FAILS = re.compile(r"^# fails: *(.+)$", re.MULTILINE)
_REGION = re.compile(r"^.*### (BEGIN|END) (SOLUTION|HIDDEN TESTS).*\n?", re.MULTILINE)


class VariantKind(StrEnum):
    """What is known of a variant before it is graded."""

    REFERENCE = "reference"
    UNTOUCHED = "untouched"
    ACCEPTED = "accepted"
    MISTAKE = "mistake"


@dataclass(frozen=True)
class Variant:
    """One way of answering an assignment.

    `sources` holds the source of each cell that differs from the release, by ``grade_id``; `fails` the checks
    that a mistake must fail.
    """

    name: str
    kind: VariantKind
    title: str
    sources: Mapping[GradeId, str]
    fails: tuple[CheckId, ...] = ()


def read_corpus(assignment: Assignment) -> tuple[Variant, ...]:
    """Return every variant: reference and untouched release first, then accepted ones, then mistakes.

    Raises
    ------
    AssignmentError
        If an overlay is malformed, or answers a question that the notebook does not ask.
    """
    reference = reference_sources(assignment)
    variants = [
        Variant("reference", VariantKind.REFERENCE, "The solution regions of the source notebook.", reference),
        Variant("untouched", VariantKind.UNTOUCHED, "The release as students get it.", {}),
    ]
    for folder, kind in (("accepted", VariantKind.ACCEPTED), ("mistakes", VariantKind.MISTAKE)):
        paths = sorted((assignment.solutions / folder).glob("*.py"))
        variants.extend(_read_overlay(path, kind, reference) for path in paths)
    return tuple(variants)


def reference_sources(assignment: Assignment) -> dict[GradeId, str]:
    """Return the source of each answer cell of the source notebook, without the lines that mark regions."""
    notebook = read_notebook(assignment.source.read_bytes())
    return {name: _REGION.sub("", cell.source).rstrip("\n") for name, cell in cells.answers(notebook)}


def fill(released: NotebookNode, sources: Mapping[GradeId, str]) -> NotebookNode:
    """Return a copy of a release in which the given answers stand."""
    notebook = copy.deepcopy(released)
    for name, cell in cells.answers(notebook):
        if name in sources:
            cell.source = sources[name]
    return notebook


def _read_overlay(path: Path, kind: VariantKind, reference: Mapping[GradeId, str]) -> Variant:
    text = path.read_text()
    try:
        title = (ast.get_docstring(ast.parse(_CELL.sub("", text))) or "").partition("\n")[0]
    except SyntaxError as error:
        raise AssignmentError(f"{path}:{error.lineno}: {error.msg}") from error
    if not title:
        raise AssignmentError(f"{path} has no docstring: it says in a line what this variant is")
    head, *parts = _CELL.split(text)
    answers = {GradeId(name): source.strip("\n") for name, source in zip(parts[::2], parts[1::2], strict=True)}
    if not answers:
        raise AssignmentError(f"{path} fills no cell: one starts with a line '# %% <grade_id>'")
    unknown = sorted(set(answers) - set(reference))
    if unknown:
        raise AssignmentError(f"{path} fills {', '.join(unknown)}, but the notebook has no such answer cell")
    fails = tuple(CheckId(name.strip()) for line in _FAILS.findall(head) for name in line.split(",") if name.strip())
    if bool(fails) is not (kind is VariantKind.MISTAKE):
        raise AssignmentError(f"{path}: a mistake names what it fails ('# fails: <check>'), no other variant does")
    return Variant(f"{kind.value}.{path.stem}", kind, title, {**reference, **answers}, fails)
