"""The marks of a check: which question it belongs to, what it is worth, what it waits for."""

from __future__ import annotations

import math

import pytest

POINTS = "points"
QUESTION = "question"


def question(grade_id: str) -> pytest.MarkDecorator:
    """Say which question a check, or with ``pytestmark`` a whole module, belongs to.

    Parameters
    ----------
    grade_id
        nbgrader's id of the solution cell.
    """
    return pytest.mark.question(grade_id)


def points(number: float, *, hint: str = "", needs: str | tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Say what a check is worth.

    Parameters
    ----------
    number
        Points, finite and at least 0. This is the only place where they are written.
    hint
        A sentence for students whose answer failed the check.
    needs
        Names of functions in the same file that must have passed before this check is worth asking.

    Raises
    ------
    ValueError
        If the number cannot be a number of points.
    """
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"points are a finite number of at least 0, not {number!r}")
    return pytest.mark.points(float(number), hint=hint, needs=(needs,) if isinstance(needs, str) else tuple(needs))
