"""What a running calibration says about itself, so that whoever watches can draw it.

In one thread, and in this order: a `Looked` for each variant; then for each recipe one `Planned`, and a `Trained` for
each training that was not known before.
"""

from __future__ import annotations

from collections.abc import Callable

from autograder.records import GradeId, Record


class Looked(Record, frozen=True, kw_only=True):
    """The models of a variant are being looked for; `number` of `total`."""

    variant: str
    number: int
    total: int


class Measuring(Record, frozen=True, kw_only=True):
    """Short trainings are made to learn how long the long ones take, one for each of some questions."""

    questions: tuple[GradeId, ...]


class Planned(Record, frozen=True, kw_only=True):
    """Everything is ready to be trained.

    Of `total` trainings `known` are finished already; the others take about `seconds_left`, None where that is not
    known yet. `models` is the number of architectures, `workers` that of trainings at a time.
    """

    recipe: str
    models: int
    total: int
    known: int
    workers: int
    seconds_left: float | None


class Trained(Record, frozen=True, kw_only=True):
    """A training was finished and kept; `done` of `total` are. `value` is its best in the first measure of its task."""

    question: GradeId
    variant: str
    seed: int
    value: float
    seconds: float
    done: int
    total: int
    seconds_left: float


Progress = Looked | Measuring | Planned | Trained
OnProgress = Callable[[Progress], None]


def ignore(event: Progress) -> None:
    """Do nothing: the listener of those who do not watch."""
