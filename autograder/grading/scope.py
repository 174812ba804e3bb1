"""The part of a grading that is wanted, where the rest is known already."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.records import CheckId


@dataclass(frozen=True)
class Scope:
    """Which cells are run, by their index in the notebook (None: all), and which checks are asked.

    With `shows_models` the result of a check that marks no model brings the last one that was looked at, for staff.
    There is an executed notebook only where all cells are run.
    """

    cells: frozenset[int] | None
    checks: frozenset[CheckId]
    shows_models: bool = False
