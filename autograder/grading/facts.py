"""How a grading went: when, how long each step took, and by which key its report is found again."""

from __future__ import annotations

import datetime
import math
import time
from collections.abc import Mapping

from autograder.course import Submission
from autograder.records import CheckId, RunFacts, TrainingRecord


def training_name(record: TrainingRecord) -> str:
    """Return what tells a training of a report apart from the others in it."""
    return f"{record.question} {record.evidence} {record.recipe} {record.measure}"


class Facts:
    """Collects the `RunFacts` of one grading."""

    def __init__(self, submission: Submission) -> None:
        self.key = self.own_key = self.rubric = ""
        self.check_trainings: dict[str, tuple[str, ...]] = {}
        self.passed_before: tuple[CheckId, ...] = ()
        self._submission = submission
        self._started_at = datetime.datetime.now(datetime.UTC)
        self._last = time.monotonic()
        self._steps: dict[str, float] = {}

    def done(self, step: str) -> None:
        """Count the seconds since the last step for this one."""
        now = time.monotonic()
        self._steps[step] = round(now - self._last, 3)
        self._last = now

    def trained(self, check: CheckId, record: TrainingRecord) -> None:
        """Note that a check asked for a training."""
        known = self.check_trainings.get(check, ())
        name = training_name(record)
        self.check_trainings[check] = known if name in known else (*known, name)

    def finish(self, *, key: str | None = None, check_seconds: Mapping[CheckId, float] | None = None) -> RunFacts:
        """Return the facts, with the key that was set where none is given here."""
        return RunFacts(
            student=self._submission.student,
            assignment=self._submission.assignment,
            key=self.key if key is None else key,
            own_key=self.own_key,
            rubric=self.rubric,
            check_trainings=self.check_trainings,
            passed_before=self.passed_before,
            started_at=self._started_at.isoformat(timespec="seconds"),
            seconds=round(math.fsum(self._steps.values()), 3),
            seconds_by_step=self._steps,
            check_seconds={str(name): round(seconds, 3) for name, seconds in (check_seconds or {}).items()},
        )
