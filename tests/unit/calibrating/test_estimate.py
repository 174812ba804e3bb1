"""How long a calibration takes is said before it begins, and better while it runs."""

from __future__ import annotations

import pytest

from autograder.calibrating.estimate import Estimate, extrapolated, shortened
from autograder.calibrating.models import Model
from autograder.calibrating.workers import Done, Job
from autograder.models.graph import sequential
from autograder.records import GradeId, Measure
from autograder.settings import Recipe
from autograder.training.calibration import SeedRun

RECIPE = Recipe(dataset="shapes", num_train=9600, num_test=2400, epochs=4, batch_size=40)
GRAPH = sequential((4, 4, 1), ("Flatten", {}), ("Dense", {"units": 2}))


def job(question="a", key="k"):
    """Return a training of a model."""
    model = Model(
        question=GradeId(question),
        recipe="quick",
        graph=GRAPH,
        key=key,
        keeps_weights=False,
        measures=(Measure.ACCURACY,),
        misses=(),
        variants=("reference",),
    )
    return Job(model, 0)


def done(seconds, *asked):
    """Return what a training took."""
    run = SeedRun(seed=0, device="cpu", test={}, train={})
    return Done(job(), run, seconds, asked)


def test_a_short_training_keeps_the_recipe_s_proportions():
    """Fewer images, as many of them held out, two epochs, and all else the same."""
    short = shortened(RECIPE)
    assert (short.num_train, short.num_test, short.epochs) == (960, 240, 2)
    assert (short.batch_size, short.learning_rate) == (RECIPE.batch_size, RECIPE.learning_rate)


@pytest.mark.parametrize("change", [{"num_train": 60, "epochs": 1}, {"num_train": 1000, "epochs": 4}])
def test_a_recipe_that_is_short_is_not_shortened(change):
    """Nothing is won by a training before a training."""
    assert shortened(Recipe(**{"dataset": "shapes", "num_test": 10, "batch_size": 40, **change})) is None


def test_what_does_not_grow_is_counted_once():
    """Start and compilation take 5 s; an epoch of a tenth of the images takes 2, so four whole ones take 80."""
    short = done(5 + 2 * 2, ("start_training", 1.0), ("train_epoch", 4.0), ("train_epoch", 2.0))
    assert extrapolated(short, shortened(RECIPE), RECIPE) == pytest.approx(5 + 4 * 2 * 10)


def test_a_short_training_that_diverged_still_says_something():
    """Without a second epoch, the whole is taken."""
    assert extrapolated(done(6, ("start_training", 1.0), ("train_epoch", 4.0)), shortened(RECIPE), RECIPE) == 12


def test_the_best_that_is_known_counts():
    """The model's own trainings, else what was measured for its question, else other models of it."""
    estimate = Estimate()
    assert estimate.left([job()], 1) is None
    estimate.measured(GradeId("a"), 8.0)
    assert estimate.left([job()], 1) == 8
    estimate.add(job("b", "other"), 30.0)
    assert estimate.left([job("b", "third")], 1) == 30
    estimate.add(job(), 10.0)
    estimate.add(job(), 20.0)
    assert estimate.left([job()], 1) == 15
    assert estimate.left([job("c", "fourth")], 1) == 20


def test_workers_share_the_work():
    """Two at a time are done in half of the time, but none before it is done itself."""
    estimate = Estimate()
    estimate.add(job(), 10.0)
    assert estimate.left([job()] * 4, 2) == 20
    assert estimate.left([job()], 2) == 10
    assert estimate.left([], 2) == 0
