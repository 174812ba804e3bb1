"""A floor is judged by every training that was made to choose it."""

from __future__ import annotations

import msgspec
import pytest

from autograder.records import GradeId, Measure
from autograder.settings import Recipe
from autograder.training.calibration import CalibratedModel, QuestionCalibration, SeedRun
from autograder.training.floors import MOST_FALSE_FAILS, judge_floor

ACCURACY = Measure.ACCURACY
RECIPE = Recipe(dataset="shapes", num_train=60, num_test=40, epochs=1, batch_size=20)


def model(name, must_pass, *accuracies):
    """Return a model with a training of three epochs for each accuracy, which the second one reached."""
    runs = tuple(
        SeedRun(seed=seed, device="cpu", test={ACCURACY: (0.0, each, each / 2)}, train={ACCURACY: (0.1, 0.1, 0.1)})
        for seed, each in enumerate(accuracies)
    )
    return CalibratedModel(variants=(name,), misses=() if must_pass else (ACCURACY,), key=name, runs=runs)


def judged(floor, *models, attempts=3):
    """Judge a floor by some models."""
    recipe = msgspec.structs.replace(RECIPE, attempts=attempts, floors={} if floor is None else {"model": floor})
    calibrated = QuestionCalibration(
        recipe=RECIPE, measures=(ACCURACY,), data="", trainer=1, versions={}, answers={}, models=models
    )
    return judge_floor(GradeId("model"), "quick", recipe, ACCURACY, calibrated)


RIGHT = model("reference", True, *[0.70 + 0.005 * seed for seed in range(30)])
OTHER = model("accepted.other", True, 0.66, 0.9)
WRONG = model("mistake.weak", False, 0.2, 0.3, 0.25)


def test_a_floor_between_right_and_wrong_holds():
    """Everything that has to reach it did, nothing else, and a right answer fails in fewer than one of a thousand."""
    judgement = judged(0.5, RIGHT, OTHER, WRONG)
    assert judgement.problems == ()
    assert [each.reached for each in judgement.models] == [30, 2, 0]
    assert judgement.models[0].wrong.at_most < MOST_FALSE_FAILS
    assert judgement.proposed == 0.48


def test_the_best_epoch_counts():
    """As in grading, whatever the last epoch was."""
    assert judged(0.7, RIGHT).models[0].lowest == pytest.approx(0.7)
    assert judged(0.7, RIGHT).problems == ()


@pytest.mark.parametrize(
    ("floor", "words"),
    [
        (0.705, "it is too high: reference missed it with 1 of 30 seeds, and the lowest reached 70 %"),
        (0.67, "it is too high: accepted.other missed it with 1 of 2 seeds, and the lowest reached 66 %"),
        (0.3, "it is too low: mistake.weak has to miss it and reached it with 1 of 3 seeds, the highest 30 %"),
    ],
)
def test_a_single_seed_on_the_wrong_side_is_a_problem(floor, words):
    """A floor holds for all seeds or not at all; the sentence has the numbers."""
    assert judged(floor, RIGHT, OTHER, WRONG).problems[0] == words


def test_chances_follow_the_rule_of_attempts():
    """Half of the seeds on the wrong side: three attempts in a row miss, or one of three passes."""
    right, wrong = judged(0.5, model("reference", True, 0.4, 0.6), model("mistake.weak", False, 0.4, 0.6)).models
    assert right.wrong.estimate == 0.125
    assert wrong.wrong.estimate == 0.875
    (alone,) = judged(0.5, model("reference", True, 0.4, 0.6), attempts=1).models
    assert alone.wrong.estimate == 0.5


def test_what_few_trainings_leave_open_is_remarked():
    """With 30 seeds and a mistake nothing is left open; with fewer, or without one, it is said what is."""
    assert judged(0.5, RIGHT, WRONG).remarks == ()
    assert judged(0.5, OTHER).remarks == (
        "2 seeds of accepted.other do not show that it fails in fewer than 1 of 1,000 gradings",
        "no mistake has to miss it: nothing says how high it has to be",
    )


def test_without_a_floor_the_proposed_one_is_judged():
    """A question whose recipe has none yet: nothing is wrong, and there is a proposal."""
    judgement = judged(None, RIGHT, WRONG)
    assert judgement.problems == ()
    assert judgement.proposed == 0.5
    assert [each.reached for each in judgement.models] == [30, 0]


def test_models_that_overlap_give_no_floor():
    """Where a mistake does as well as a right answer, no floor is proposed, and the one in force is wrong."""
    judgement = judged(0.5, RIGHT, model("mistake.strong", False, 0.72))
    assert judgement.proposed is None
    assert "mistake.strong has to miss it" in judgement.problems[0]


def test_a_floor_that_nothing_has_to_reach_is_a_problem():
    """Mistakes alone do not say how high it may be."""
    assert "no model that has to reach it" in judged(0.5, WRONG).problems[0]


def test_a_judgement_is_json():
    """It is what `--json` prints."""
    judgement = judged(0.5, RIGHT, WRONG)
    assert msgspec.json.decode(msgspec.json.encode(judgement), type=type(judgement)) == judgement
