"""What a suite imports: marks, kinds of answers, and models of our own to hand to student code.

A suite is ordinary pytest: one function is one check, its docstring is the title that the student reads, the
message of a failed ``assert`` is the feedback. It runs in a process without TensorFlow; reference values are
NumPy. See `autograder.suite.plugin` for who is blamed for what.
"""

from __future__ import annotations

from autograder.models.graph import sequential
from autograder.suite.kinds import array, mapping, number, numbers, text, tuple_of, whole_number
from autograder.suite.marks import points, question
from autograder.suite.sentences import (
    kinds_in_words,
    no_probabilities,
    too_large,
    under_floor,
    wrong_shape,
    wrong_values,
)

__all__ = [
    "array",
    "kinds_in_words",
    "mapping",
    "no_probabilities",
    "number",
    "numbers",
    "points",
    "question",
    "sequential",
    "text",
    "too_large",
    "tuple_of",
    "under_floor",
    "whole_number",
    "wrong_shape",
    "wrong_values",
]
