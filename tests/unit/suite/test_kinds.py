"""A kind lets the right answers through in one form, and tells a student what is wrong with the others."""

import numpy as np
import pytest

from autograder.errors import WrongKind
from autograder.suite import array, mapping, number, numbers, text, tuple_of, whole_number
from autograder.wire import Opaque, decode, encode


def arrived(value):
    """Return a value as it arrives from a student's process."""
    return decode(encode(value))


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (number(), 3, 3),
        (number(), np.float32(1.5), 1.5),
        (number(), np.array([7]), 7),
        (whole_number(), np.int64(3), 3),
        (numbers(), [1, np.int32(2)], (1, 2)),
        (numbers(2), np.array([1.5, 2.5]), (1.5, 2.5)),
        (text(), "yes", "yes"),
        (mapping(number()), {"loss": np.float32(0.5)}, {"loss": 0.5}),
        (tuple_of(number(), text()), [1, "a"], (1, "a")),
    ],
)
def test_right_answers_take_one_form(kind, value, expected):
    """However a student wrote a right answer, the check sees plain Python."""
    found = kind(arrived(value), "`x`")
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (number(), None, "`x` should be a number, it is None"),
        (number(), True, "`x` should be a number, it is True or False"),
        (number(), "3", "it is a string"),
        (number(), np.zeros((2, 2)), r"an array of shape \(2, 2\)"),
        (number(), len, "of type builtin_function_or_method"),
        (whole_number(), 3.0, "`x` should be a whole number .* 3.0"),
        (numbers(3), (1, 2), "should hold 3 numbers, it holds 2"),
        (numbers(1), (1, 2), "should hold one number, it holds 2"),
        (numbers(), (1, "a"), "number 2 of `x` should be a number, it is a string"),
        (array(shape=(3, 3)), np.zeros((2, 2)), r"should have the shape \(3, 3\), it has \(2, 2\)"),
        (array(shape=(None,)), np.zeros((2, 2)), r"shape \(n,\)"),
        (array(dtype="integer"), np.zeros(2), "numbers of type integer, it holds float64"),
        (array(), [[1, 2], [3]], "rows have different lengths"),
        (array(), ["a", "b"], "an array of numbers"),
        (array(), [None, 1], "an array of numbers"),
        (text(), 3, "should be a string, it is an int"),
        (mapping(number()), {1: 2}, "keys are strings"),
        (mapping(number()), {"loss": "low"}, r"`x`\['loss'\] should be a number"),
        (mapping(number()), None, "should be a dict, it is None"),
        (tuple_of(number(), number()), (1, 2, 3), "a tuple of 2 values, it has 3"),
        (tuple_of(number()), 3, "a tuple of 1 values, it is an int"),
    ],
)
def test_wrong_answers_are_told_in_a_sentence(kind, value, words):
    """The sentence says what was asked for and what was found."""
    with pytest.raises(WrongKind, match=words):
        kind(arrived(value), "`x`")


def test_something_opaque_is_no_answer():
    """What could not cross is named by its type."""
    with pytest.raises(WrongKind, match="of type Sequential"):
        number()(Opaque("keras.src.models.Sequential"), "`model`")
