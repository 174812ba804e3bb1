"""Where the lines of a learning curve go."""

from __future__ import annotations

import msgspec
import pytest
import sample_reports as sample

from autograder.records import Attempt, TrainingRecord
from autograder.reports.curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, learning_curve

(TRAINING,) = sample.report().trainings


def _training(*attempts: tuple[float, ...]) -> TrainingRecord:
    made = tuple(Attempt(seed=n, test=each, train=each, loss=each) for n, each in enumerate(attempts))
    return msgspec.structs.replace(TRAINING, attempts=made)


def test_the_best_attempt_is_drawn_over_the_others() -> None:
    """Every attempt has a line, the best one's comes last and has the marks."""
    drawn = learning_curve(TRAINING)
    assert drawn is not None
    assert [line.kind for line in drawn.lines] == ["other", "training", "best"]
    assert len(drawn.marks) == 6


def test_the_axes_run_from_nothing_to_everything() -> None:
    """0 % is at the bottom of the box, 100 % at its top, the first epoch left and the last right."""
    drawn = learning_curve(_training((0.0, 0.5, 1.0)))
    assert drawn is not None
    assert drawn.marks[0] == (LEFT, HEIGHT - BOTTOM)
    assert drawn.marks[-1] == (WIDTH - RIGHT, TOP)


@pytest.mark.parametrize("epochs", [1, 2, 8, 9, 50, 1000])
def test_ticks_are_few_and_inside(epochs: int) -> None:
    """However many epochs there were, their labels do not crowd, and none is outside the box."""
    drawn = learning_curve(_training((0.5,) * epochs))
    assert drawn is not None
    assert 1 <= len(drawn.epochs) <= 9
    assert all(LEFT <= tick.at <= WIDTH - RIGHT for tick in drawn.epochs)


def test_no_epoch_is_no_curve() -> None:
    """A training that was stopped in its first epoch has nothing to draw."""
    assert learning_curve(_training(())) is None
    assert learning_curve(_training()) is None
