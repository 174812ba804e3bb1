"""Points: what suite, released cells and the text of the notebook say of them has to be the same."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator

from autograder.linting.findings import Finding, found
from autograder.linting.material import Material, numbered
from autograder.notebooks import cells
from autograder.notebooks.cells import CellKind
from autograder.records import GradeId
from autograder.suite.plugin import points_by_question

_IN_TEXT = re.compile(r"\b(\d+(?:[.,]\d+)?)\s+(?:points?|pts?)\b", re.IGNORECASE)
_TIMES = 5
"""A question that is worth so many times more or less than the one in the middle stands out."""


def find(material: Material) -> Iterator[Finding]:
    """Yield points that do not balance, and those that stand out."""
    points = _points(material)
    path = material.source_path
    manual = {cells.question(cell) for cell in material.source.cells if cells.kind(cell) is CellKind.MANUAL}
    for name, number in points.items():
        if not number:
            do = "give its cell points in JupyterLab" if name in manual else "give its checks points, with `@points`"
            yield found("question-without-points", name, f"it is worth nothing: {do}", path=path)
    yield from _unbalanced(material)
    yield from _in_text(material, points)
    yield from _odd(material, {name: number for name, number in points.items() if number})


def _points(material: Material) -> dict[GradeId, float]:
    """Return what each question is worth: by its checks, or by its cell where a person grades it."""
    by_checks = points_by_question(material.checks)
    manual = {
        name: cells.points(cell)
        for cell in material.source.cells
        if cells.kind(cell) is CellKind.MANUAL and (name := cells.question(cell)) is not None
    }
    return {**by_checks, **manual}


def _unbalanced(material: Material) -> Iterator[Finding]:
    if material.released is None:
        return
    by_checks = points_by_question(material.checks)
    path = material.release_path(material.assignment.source.name)
    for cell in material.released.cells:
        name = cells.question(cell)
        if cells.kind(cell) is CellKind.TEST and name is not None and cells.points(cell) != by_checks.get(name, 0.0):
            message = (
                f"the released cell says {cells.points(cell):g} points, its checks add up to "
                f"{by_checks.get(name, 0.0):g}: run `autograder release {material.assignment.id}`"
            )
            yield found("points-unbalanced", name, message, path=path)


def _in_text(material: Material, points: dict[GradeId, float]) -> Iterator[Finding]:
    """Yield questions whose text says other points than they have."""
    text = ""
    for each in numbered(material.source):
        if each.is_markdown and not cells.kind(each.cell).is_answer:
            text = each.source
            continue
        name = cells.grade_id(each.cell)
        if name in points and cells.kind(each.cell).is_answer:
            said = _IN_TEXT.findall(text)
            if len(said) == 1 and float(said[0].replace(",", ".")) != points[name]:
                message = f"the text before says {said[0]} points, it is worth {points[name]:g}: correct one of them"
                yield found("points-in-text", name, message, path=material.source_path)
            text = ""


def _odd(material: Material, points: dict[GradeId, float]) -> Iterator[Finding]:
    if len(points) < 3:
        return
    middle = statistics.median(points.values())
    fractions = [name for name, number in points.items() if not number.is_integer()]
    for name, number in points.items():
        if number > middle * _TIMES or number * _TIMES < middle:
            message = f"it is worth {number:g} points, most are worth about {middle:g}: is that meant?"
        elif fractions == [name]:
            message = f"it is worth {number:g} points, all others a whole number: is that meant?"
        else:
            continue
        yield found("points-odd", name, message, path=material.source_path)
