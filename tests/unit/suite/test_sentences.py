"""Facts that many suites ask about are said in one sentence, and are empty where they hold."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.records import Attempt, GradeId, Measure, TrainingRecord
from autograder.suite import (
    kinds_in_words,
    no_probabilities,
    too_large,
    under_floor,
    wrong_shape,
    wrong_values,
)

MODEL = SimpleNamespace(input_shape=(None, 8, 8, 3), output_shape=(None, 10), num_parameters=1_234)


def test_shapes_that_are_right_say_nothing():
    """What is not asked for is not looked at."""
    assert wrong_shape(MODEL, takes=(None, 8, 8, 3), returns=(None, 10)) == ""
    assert wrong_shape(MODEL) == ""


def test_wrong_shapes_are_named():
    """The input comes first, and both the found and the asked shape are there."""
    sentence = wrong_shape(MODEL, takes=(None, 9, 9, 3), returns=(None, 1))
    assert sentence == "the model takes an input of shape (None, 8, 8, 3), (None, 9, 9, 3) was asked for"
    assert wrong_shape(MODEL, returns=(None, 1)) == "the output has the shape (None, 10), (None, 1) was asked for"


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([[0.25, 0.75], [1, 0]], ""),
        ([[0.5, 0.5], [0.5, 0.6]], "add up to 1.1"),
        ([[0.5, 0.5], [-0.5, 1.5]], "the smallest score is -0.5"),
        ([[np.nan, 1.0]], "no finite numbers"),
    ],
)
def test_probabilities(scores, words):
    """They are finite, not below zero, and add up to one in each row."""
    sentence = no_probabilities(np.array(scores, "float32"))
    assert words in sentence
    assert bool(sentence) == bool(words)


def test_a_budget_of_parameters():
    """The limit itself is within it."""
    assert too_large(MODEL, 1_234) == ""
    assert too_large(MODEL, 1_233) == "the model has 1,234 parameters, at most 1,233 were asked for"


def test_a_floor_that_is_missed_is_not_rounded_away():
    """An accuracy just below the floor does not look like the floor."""
    attempt = Attempt(seed=0, test=(0.5, 0.64999), train=(), loss=())
    record = TrainingRecord(question=GradeId("q"), recipe="quick", floor=0.65, attempts=(attempt,), device="cpu")
    assert under_floor(record) == "after training, 64.9 % of the test images are recognised, 65 % were asked for"


def test_a_missed_floor_is_told_in_the_words_of_its_measure():
    """An overlap is no part of images that were recognised."""
    attempt = Attempt(seed=0, test=(0.5, 0.4), train=(), loss=())
    record = TrainingRecord(
        question=GradeId("q"), recipe="boxes", measure=Measure.IOU, floor=0.6, attempts=(attempt,), device="cpu"
    )
    words = "after training, the intersection over union on the test images is 50 % on average, 60 % was asked for"
    assert under_floor(record) == words


@pytest.mark.parametrize(
    ("kinds", "words"), [([], "nothing"), (["A"], "`A`"), (["A", "B"], "`A` and `B`"), ("ABC", "`A`, `B` and `C`")]
)
def test_kinds_in_words(kinds, words):
    """They read like an enumeration."""
    assert kinds_in_words(SimpleNamespace(kind=kind) for kind in kinds) == words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([[1, 2], [3, 4.000001]], ""),
        ([[1, 3], [2, 4]], "rows are columns"),
        ([1, 2, 3, 4], "everything is in one row"),
        ([[1, 0], [3, np.nan]], "2 of 4 values are wrong, the first of them at index (0, 1)"),
        ([1, 2], "the shape is (2,), (2, 2) was asked for"),
    ],
)
def test_values_of_an_array(found, words):
    """A slip that explains all values is named, of whatever shape; else the first place is."""
    asked = np.array([[1, 2], [3, 4]])
    slips = {"rows are columns": asked.T, "everything is in one row": asked.ravel()}
    assert wrong_values(np.array(found), asked, slips) == words


def test_values_of_vectors_and_numbers():
    """A place in a vector is a number, and a number has no place."""
    assert wrong_values(np.array([1, 3]), np.array([1, 2])).endswith("at index 1")
    assert wrong_values(np.array(3.0), np.array(2.0)) == "the value is 3, another one was asked for"


def test_a_slip_that_changes_nothing_is_none():
    """Values that are right say nothing, although a slip would make the same."""
    assert wrong_values(np.eye(2), np.eye(2), {"rows are columns": np.eye(2).T}) == ""
