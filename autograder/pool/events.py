"""What a running batch says about itself, so that whoever watches can draw it.

A pool emits, in one thread and in the order in which things happen: `Started` when a submission's turn has
come, any number of `Step`s while it is worked on, and exactly one `Finished` for every submission, whatever
happened to it. A submission that needs no work (nothing changed since it was graded) is only `Finished`. A `Notice` is
about none of them.
"""

from __future__ import annotations

from collections.abc import Callable

from autograder.records import GradeReport, Record, StudentId


class Started(Record, frozen=True, kw_only=True):
    """A submission's turn has come."""

    student: StudentId


class Step(Record, frozen=True, kw_only=True):
    """A submission is now at `text`: a few words such as "running the cells" or "training residual_model"."""

    student: StudentId
    text: str


class Notice(Record, frozen=True, kw_only=True):
    """Something about the batch as a whole that whoever runs it has to know: a sentence."""

    text: str


class Finished(Record, frozen=True, kw_only=True):
    """A submission has its report; `reused` where an earlier grading of the same bytes still holds."""

    student: StudentId
    report: GradeReport
    reused: bool = False


Event = Started | Step | Finished | Notice
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Do nothing: the listener of those who do not watch."""
