"""The part of a grading that is wanted, where the rest is known already."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.records import CheckId


@dataclass(frozen=True)
class Scope:
    """Which cells are run, by their index in the notebook, and which checks are asked."""

    cells: frozenset[int]
    checks: frozenset[CheckId]
