"""Which grading stands, and when the next may be made, follows from the policy and the journal alone."""

from __future__ import annotations

import datetime

import pytest
import sample_reports as sample
from courses import make_course
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from autograder.records import AssignmentId, GradeReport, Outcome, StudentId
from autograder.settings import Counts, Grading
from autograder.standing import DAY, Journal, Noted, stays, waits_until

NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
BEST = Grading(counts=Counts.BEST)


def noted(digest: str, hours_ago: float = 0.0, rubric: str = "suite") -> Noted:
    """Return a grading of a notebook some hours before noon."""
    at = NOON - datetime.timedelta(hours=hours_ago)
    return Noted(at=at, submission_sha256=digest, rubric=rubric, score=1.0)


def report(digest: str, score: float) -> GradeReport:
    """Return a report of a notebook with that score."""
    (first, *_) = sample.report().questions
    made = replace(sample.report(), submission_sha256=digest, checks=())
    return replace(made, questions=(replace(first, score=score, max_score=10.0),))


@pytest.mark.parametrize(
    ("per_day", "gradings", "asked", "hours"),
    [
        (0, [noted("a"), noted("b")], "c", None),
        (2, [], "c", None),
        (2, [noted("a", 3)], "c", None),
        (2, [noted("a", 3), noted("b", 2)], "c", 21),
        (2, [noted("a", 25), noted("b", 2)], "c", None),
        (2, [noted("a", 3), noted("a", 2), noted("a", 1)], "c", None),
        (2, [noted("a", 3), noted("b", 2)], "b", None),
        (1, [noted("a", 3), noted("b", 2)], "c", 22),
        (2, [noted("a", 24), noted("b", 2)], "c", None),
    ],
    ids=["any", "first", "second", "third", "yesterday's", "the same", "again", "lowered", "to the minute"],
)
def test_a_notebook_waits_when_others_used_up_the_day(
    per_day: int, gradings: list[Noted], asked: str, hours: float | None
) -> None:
    """Only different notebooks of the last 24 hours count, and one of them may be graded again."""
    found = waits_until(Grading(per_day=per_day), tuple(gradings), asked, NOON)
    assert found == (None if hours is None else NOON + datetime.timedelta(hours=hours))


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 60)), max_size=12),
    st.integers(1, 4),
)
def test_who_waits_long_enough_may_hand_in(made: list[tuple[str, float]], per_day: int) -> None:
    """The time that is named is in the next day, and at that time the notebook is graded."""
    gradings = tuple(noted(name, hours) for name, hours in sorted(made, key=lambda each: -each[1]))
    policy = Grading(per_day=per_day)
    until = waits_until(policy, gradings, "new", NOON)
    if until is not None:
        assert NOON < until <= NOON + DAY
        assert waits_until(policy, gradings, "new", until) is None


@pytest.mark.parametrize(
    ("policy", "kept", "new", "expected"),
    [
        (BEST, report("a", 8), report("b", 5), True),
        (BEST, report("a", 5), report("b", 8), False),
        (BEST, report("a", 5), report("b", 5), False),
        (BEST, report("a", 8), report("a", 5), False),
        (Grading(), report("a", 8), report("b", 5), False),
        (BEST, report("unknown", 8), report("b", 5), False),
        (BEST, replace(report("a", 8), checks=(sample.check("q", "broken", Outcome.ERROR),)), report("b", 5), False),
    ],
    ids=["better", "worse", "equal", "the same file", "latest", "another suite", "an error"],
)
def test_the_better_notebook_stays_where_the_best_counts(
    policy: Grading, kept: GradeReport, new: GradeReport, expected: bool
) -> None:
    """Where both were graded by the same suite, and nothing about the earlier one is undecided."""
    gradings = (noted("a"), noted("unknown", rubric="an older suite"))
    assert stays(policy, kept, new, gradings, "suite") is expected


def test_a_torn_line_of_the_journal_costs_nothing(tmp_path) -> None:
    """What was written whole is read, whatever stands between."""
    course, assignment = make_course(tmp_path)
    journal = Journal(course, StudentId("ada"), AssignmentId(assignment.id))
    assert journal.read() == ()
    journal.add(report("a", 3), "suite")
    path = course.gradings_path(StudentId("ada"), assignment.id)
    path.write_bytes(path.read_bytes() + b'{"at": "20\xff\n')
    journal.add(report("b", 4), "suite")
    assert [(each.submission_sha256, each.score) for each in journal.read()] == [("a", 3.0), ("b", 4.0)]
