"""A calibration is kept as it was made, and it is known when it no longer holds."""

from __future__ import annotations

import msgspec
import pytest

from autograder.errors import AssignmentError
from autograder.records import AssignmentId, GradeId, Measure
from autograder.settings import Recipe
from autograder.training.calibration import (
    CalibratedModel,
    Calibration,
    QuestionCalibration,
    SeedRun,
    answer_digest,
    data_fingerprint,
    read_calibration,
    reasons_to_repeat,
    versions,
    write_calibration,
)
from autograder.training.service import TRAINER_VERSION

NAME, QUESTION = AssignmentId("practical"), GradeId("model")
ACCURACY = Measure.ACCURACY
RECIPE = Recipe(dataset="shapes", num_train=60, num_test=40, epochs=2, batch_size=20)
ANSWERS = {"reference": answer_digest("model = 1"), "mistake.weak": answer_digest("model = 2")}


def question(recipe: Recipe = RECIPE, *accuracies: float) -> QuestionCalibration:
    """Return a calibration of one model, a training for each accuracy."""
    runs = tuple(
        SeedRun(seed=seed, device="cpu", test={ACCURACY: (0.1, each)}, train={ACCURACY: (0.1, 0.2)})
        for seed, each in enumerate(accuracies or (0.75,))
    )
    model = CalibratedModel(variants=("reference",), key="k" * 64, runs=runs)
    return QuestionCalibration(
        recipe=recipe,
        measures=(ACCURACY,),
        data=data_fingerprint(recipe),
        trainer=TRAINER_VERSION,
        versions=versions("tensorflow"),
        answers=ANSWERS,
        models=(model,),
    )


def test_what_is_written_is_read_again(tmp_path):
    """Nothing is lost, and there is a line for each training, which a person and a diff can read."""
    calibration = Calibration(assignment=NAME, recipes={"quick": {QUESTION: question(RECIPE, 0.7, 0.8)}})
    path = tmp_path / "solutions" / "calibration.json"
    write_calibration(path, calibration)
    assert read_calibration(path, NAME) == calibration
    lines = path.read_text().splitlines()
    assert sum('"seed"' in line for line in lines) == 3
    assert sum('"test": {"accuracy": [0.1, 0.7]}' in line for line in lines) == 1
    assert max(map(len, lines)) <= 120


def test_no_file_is_an_empty_calibration(tmp_path):
    """Where nothing was calibrated, nothing is found."""
    assert read_calibration(tmp_path / "calibration.json", NAME).find("quick", QUESTION) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ('{"assignment": "practical", "recipes": {}, "floor": 1}', "cannot be read"),
        ('{"assignment": "another"}', "v2 of another"),
        ('{"assignment": "practical", "format": "autograder/calibration/v0"}', "v0 of practical"),
    ],
)
def test_what_is_no_calibration_says_what_to_do(tmp_path, text, words):
    """The error names the file, what is wrong, and the command that makes it anew."""
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(AssignmentError, match=words) as caught:
        read_calibration(path, NAME)
    assert str(path) in caught.value.message
    assert "autograder calibrate practical --write" in caught.value.message


def test_questions_are_replaced_one_by_one():
    """A new calibration of one question leaves other questions and other recipes as they are."""
    other = GradeId("another")
    before = Calibration(assignment=NAME, recipes={"quick": {QUESTION: question(RECIPE, 0.5), other: question()}})
    after = before.replaced("quick", {QUESTION: question(RECIPE, 0.9)}).replaced("long", {other: question()})
    assert after.find("quick", QUESTION).models[0].runs[0].best(ACCURACY) == 0.9
    assert after.find("quick", other) == before.find("quick", other)
    assert after.find("long", other) == question()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"num_train": 70}, ["the recipe changed (num_train = 70, it was 60)"]),
        ({"epochs": 3, "flip": True}, ["the recipe changed (epochs = 3, it was 2, flip = True, it was False)"]),
        ({"floors": {"model": 0.5}}, []),
        ({"attempts": 5}, []),
        ({"wall_s": 5.0}, []),
        ({"seed": 5}, []),
    ],
)
def test_a_recipe_that_trains_otherwise_needs_new_trainings(change, words):
    """Floors, attempts, limits of time and the seed can change: the same trainings answer for them."""
    assert list(reasons_to_repeat(question(), msgspec.structs.replace(RECIPE, **change), ANSWERS)) == words


def test_other_data_or_another_trainer_need_new_trainings():
    """What was trained on images, or in a way, that there are no longer, holds no more."""
    old = msgspec.structs.replace(question(), data="0" * 64, trainer=TRAINER_VERSION - 1)
    assert [each.partition(" (")[0] for each in reasons_to_repeat(old, RECIPE, ANSWERS)] == [
        "the data set shapes changed",
        "it is trained in another way now",
    ]


def test_another_corpus_needs_new_trainings():
    """An answer that changed, was added or is gone is named."""
    answers = {"reference": answer_digest("model = 3"), "accepted.new": answer_digest("model = 1")}
    assert reasons_to_repeat(question(), RECIPE, answers) == (
        "accepted.new was added",
        "mistake.weak is gone",
        "reference changed",
    )


def test_blank_lines_do_not_make_another_answer():
    """Only what is written counts."""
    assert answer_digest("a = 1\n\n\nb = 2  \n") == answer_digest("a = 1\nb = 2")
    assert answer_digest("a = 1") != answer_digest("a = 2")
    assert answer_digest("if a:\n    b") != answer_digest("if a:\nb")
