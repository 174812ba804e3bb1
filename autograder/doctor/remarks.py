"""What the doctor finds, as records: the text of the command line and its JSON are made from them."""

from __future__ import annotations

from enum import StrEnum

from autograder.records import Record
from autograder.sandbox.isolation.tiers import Tier


class Condition(StrEnum):
    """What a remark means for grading."""

    GOOD = "good"
    NOTE = "note"
    """Grading works; somebody may want to know."""
    BAD = "bad"
    """Grading fails, is slow or is unsafe, until somebody does something."""


class Remark(Record, frozen=True):
    """One thing that was looked at: what, how it is, what was found, and what to type where it is not good."""

    what: str
    condition: Condition
    found: str
    fix: str = ""


class Section(Record, frozen=True):
    """Remarks that belong together."""

    title: str
    remarks: tuple[Remark, ...]


class Attempt(Record, frozen=True):
    """One attempt of the self-test to break out: what it was, whether the wall held, and what the kernel said."""

    what: str
    held: bool
    detail: str


class WallSeen(Record, frozen=True, kw_only=True):
    """What became of one tier: why it does not hold, and what to type; both empty where it does."""

    tier: Tier
    holds: bool
    attempts: tuple[Attempt, ...] = ()
    problem: str = ""
    fix: str = ""


class Diagnosis(Record, frozen=True, kw_only=True):
    """All of it; `chosen` is the tier that ``--isolation auto`` takes, empty where none holds."""

    version: str
    chosen: str
    walls: tuple[WallSeen, ...]
    sections: tuple[Section, ...]
