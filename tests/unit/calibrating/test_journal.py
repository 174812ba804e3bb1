"""Finished trainings outlive whatever ends a calibration."""

from __future__ import annotations

import msgspec
import pytest

from autograder.calibrating.journal import Finished, Journal, run_key, runs_of
from autograder.records import AssignmentId, GradeId, Measure
from autograder.settings import Recipe
from autograder.training.calibration import (
    CalibratedModel,
    Calibration,
    QuestionCalibration,
    SeedRun,
    data_fingerprint,
    versions,
)
from autograder.training.service import TRAINER_VERSION

RECIPE = Recipe(dataset="shapes", num_train=60, num_test=40, epochs=1, batch_size=20)


def finished(key, accuracy=0.5, seed=0):
    """Return a training."""
    run = SeedRun(seed=seed, device="cpu", test={Measure.ACCURACY: (accuracy,)}, train={Measure.ACCURACY: (0.5,)})
    return Finished(key=key, run=run, seconds=2.5)


def test_what_was_added_is_read_by_others(tmp_path):
    """A later process finds every training, the last of a key."""
    path = tmp_path / "made" / "practical.jsonl"
    assert Journal(path).read() == {}
    for each in (finished("a"), finished("b"), finished("a", 0.7)):
        Journal(path).add(each)
    assert Journal(path).read() == {"a": finished("a", 0.7), "b": finished("b")}


@pytest.mark.parametrize("torn", [b'{"key":"b","run', b"\xff\xfe", b"null", b'{"key":"b","seconds":1}'])
def test_a_torn_line_costs_itself_alone(tmp_path, torn):
    """What was being written when the machine went down is passed over, and what comes after it stands."""
    path = tmp_path / "practical.jsonl"
    Journal(path).add(finished("a"))
    with path.open("ab") as file:
        file.write(torn)
    Journal(path).add(finished("c"))
    assert set(Journal(path).read()) == {"a", "c"}


def test_what_is_forgotten_is_trained_again(tmp_path):
    """Only what is named is dropped."""
    journal = Journal(tmp_path / "practical.jsonl")
    journal.forget(["a"])
    for key in "abc":
        journal.add(finished(key))
    journal.forget(["a", "c", "d"])
    assert set(journal.read()) == {"b"}


def about(**changes):
    """Return what a calibration says of its trainings."""
    question = QuestionCalibration(
        recipe=RECIPE,
        measures=(Measure.ACCURACY,),
        data=data_fingerprint(RECIPE),
        trainer=TRAINER_VERSION,
        versions=versions("tensorflow"),
        answers={},
        models=(),
    )
    return msgspec.structs.replace(question, **changes)


def test_a_key_holds_all_that_a_training_depends_on():
    """Another model, seed, device, recipe, data set, trainer or version is another training; a floor is none."""
    key = run_key("graph", 0, "cpu", about())
    undecided = msgspec.structs.replace(RECIPE, floors={"a": 0.5}, attempts=1, wall_s=5.0, seed=3)
    assert key == run_key("graph", 0, "cpu", about(recipe=undecided))
    others = [
        run_key("another", 0, "cpu", about()),
        run_key("graph", 1, "cpu", about()),
        run_key("graph", 0, "gpu", about()),
        *(
            run_key("graph", 0, "cpu", about(recipe=msgspec.structs.replace(RECIPE, **change)))
            for change in ({"epochs": 7}, {"num_test": 7}, {"flip": True})
        ),
        run_key("graph", 0, "cpu", about(data="0")),
        run_key("graph", 0, "cpu", about(trainer=0)),
        run_key("graph", 0, "cpu", about(versions={"keras": "2.0"})),
    ]
    assert len({key, *others}) == 10


def test_committed_trainings_have_the_keys_of_today():
    """What a calibration holds need not be trained, unless it was made with other versions or another trainer."""
    run = finished("", seed=3).run
    model = CalibratedModel(variants=("reference",), key="graph", runs=(run,))

    def keys(**changes):
        questions = {GradeId("model"): about(models=(model,), **changes)}
        return runs_of(Calibration(assignment=AssignmentId("practical"), recipes={"quick": questions}))

    now = run_key("graph", 3, "cpu", about())
    assert keys() == {now: run}
    for change in ({"versions": {"keras": "2.0"}}, {"trainer": TRAINER_VERSION - 1}, {"data": "0"}):
        assert now not in keys(**change)
