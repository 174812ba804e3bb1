"""Trainings of a cluster are made once each, quick ones first, and again where they did not reach far enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograder.pool.asked import AskedTraining
from autograder.pool.trainings import Trainings
from autograder.records import Measure, from_json
from autograder.secret import CourseSecret
from autograder.training.cache import Entry, TrainingCache
from autograder.training.evidence import Epoch, Guesses


@pytest.fixture
def cache(tmp_path: Path) -> TrainingCache:
    return TrainingCache(tmp_path / "cache", CourseSecret("of a course that nobody gives"))


def asked(key: str, *, floor: float = 0.5, number: int = 0, work: float = 1.0) -> AskedTraining:
    """Return a training that is asked for."""
    return AskedTraining(key=key, floor=floor, measure=Measure.ACCURACY, number=number, work=work, job={})


def entry(key: str, *reached: float) -> Entry:
    """Return a finished training that was stopped after some epochs."""
    guesses = Guesses(confusion=((1,),))
    epochs = [
        Epoch(test={Measure.ACCURACY: each}, train={Measure.ACCURACY: 0.5}, loss=1.0, guesses=guesses)
        for each in reached
    ]
    return Entry(key=key, seed=1, device="cpu", backend="tensorflow", is_whole=False, epochs=tuple(epochs))


def test_quick_ones_come_first_and_further_attempts_last(cache: TrainingCache) -> None:
    """The order is that of one machine's slots."""
    trainings: Trainings[str] = Trainings(cache)
    trainings.ask("ada", asked("aa" * 32, number=1))
    trainings.ask("bob", asked("bb" * 32, work=9))
    trainings.ask("cyd", asked("cc" * 32, work=2))
    trainings.ask("dan", asked("dd" * 32, work=2))
    keys = []
    while (training := trainings.next()) is not None:
        keys.append(training.key[0])
    assert keys == ["c", "d", "b", "a"]


def test_equal_models_are_trained_once(cache: TrainingCache) -> None:
    """All who ask for a key while it is made get the one answer, and who asks later finds it in the cache."""
    key = "ab" * 32
    trainings: Trainings[str] = Trainings(cache)
    assert trainings.ask("ada", asked(key)) is None
    assert trainings.next() == asked(key)
    assert trainings.ask("bob", asked(key)) is None
    assert trainings.next() is None
    answers = dict(trainings.made(entry(key, 0.4, 0.6)))
    assert set(answers) == {"ada", "bob"}
    late = trainings.ask("cyd", asked(key))
    assert late is not None
    assert np.array_equal(late["entry"], answers["ada"]["entry"])
    assert from_json(late["entry"].tobytes(), Entry) == entry(key, 0.4, 0.6)


def test_who_needs_a_longer_training_goes_on_waiting(cache: TrainingCache) -> None:
    """A training that stopped at another question's floor answers no higher one."""
    key = "ab" * 32
    trainings: Trainings[str] = Trainings(cache)
    trainings.ask("ada", asked(key, floor=0.5))
    trainings.next()
    trainings.ask("bob", asked(key, floor=0.9))
    assert [asker for asker, _ in trainings.made(entry(key, 0.6))] == ["ada"]
    assert trainings.next() == asked(key, floor=0.9)


def test_what_is_lost_is_made_again_and_what_fails_is_told_to_all(cache: TrainingCache) -> None:
    """A training whose node is gone has its turn once more; one that cannot be made answers everybody."""
    key = "ab" * 32
    trainings: Trainings[str] = Trainings(cache)
    trainings.ask("ada", asked(key))
    trainings.ask("bob", asked(key))
    trainings.next()
    trainings.lost(key)
    assert trainings.next() == asked(key)
    trainings.forget("bob")
    why = {"raised": {"kind": "LimitExceeded", "message": "too slow", "staff_note": ""}}
    assert trainings.not_made(key, why) == [("ada", why)]
    assert trainings.next() is None
