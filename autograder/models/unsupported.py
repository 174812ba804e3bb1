"""What is raised where student code cannot be written down; the innermost layer around it becomes an opaque node."""

from __future__ import annotations

from autograder.models.keras_private import mark_as_explained


class Unsupported(Exception):
    """Student code does something that has no words in a graph; the message goes into the sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        mark_as_explained(self)


class UnknownBatch(Unsupported, TypeError):
    """Student code computes with the size of the batch, which is not known.

    A `TypeError`, so that TensorFlow asks its dispatchers where one of its functions does.
    """
