"""What `assignment.toml` may say, as records: an unknown or misspelt setting is an error.

All sizes are in MiB or KiB and all times in seconds, as the names say.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from autograder.records import Record

Positive = Annotated[float, Meta(gt=0)]
PositiveInt = Annotated[int, Meta(gt=0)]
Fraction = Annotated[float, Meta(ge=0, le=1)]


class Limits(Record, frozen=True, kw_only=True):
    """What one submission may use; kept from outside its process."""

    cell_s: Positive = 60.0
    """Wall clock of one cell."""
    request_s: Positive = 30.0
    """Wall clock of one question that a check asks (a call, a model, a figure)."""
    submission_s: Positive = 600.0
    """Wall clock of all cells and questions together."""
    output_kib: PositiveInt = 64
    """Text kept of one cell's output: the first and the last half of it."""
    figures: PositiveInt = 40
    """Pictures kept of one notebook."""


class FitPolicy(StrEnum):
    """What `Model.fit` does in the cells of a notebook that is being graded."""

    FULL = "full"
    ONE_BATCH = "one-batch"
    """One eager step on at most 8 images: later cells still find a real `History`."""
    SKIP = "skip"


class Execution(Record, frozen=True, kw_only=True):
    """How the cells of a submission run."""

    fit: FitPolicy = FitPolicy.ONE_BATCH


class OptimizerName(StrEnum):
    """Optimisers that a recipe can name."""

    ADAM = "adam"
    SGD = "sgd"
    RMSPROP = "rmsprop"


class Schedule(StrEnum):
    """How the learning rate moves over a training."""

    CONSTANT = "constant"
    COSINE = "cosine"


class Recipe(Record, frozen=True, kw_only=True):
    """How a model is trained before it is judged.

    `floors` maps a question's `grade_id` to the accuracy in [0, 1] on held-out images that its model has to
    reach.
    """

    dataset: str
    num_train: PositiveInt
    num_test: PositiveInt
    epochs: PositiveInt
    batch_size: PositiveInt
    optimizer: OptimizerName = OptimizerName.ADAM
    learning_rate: Positive = 1e-3
    schedule: Schedule = Schedule.CONSTANT
    flip: bool = False
    """Whether training images are mirrored left to right at random."""
    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    """How many seeds are tried before a result under the floor stands."""
    wall_s: Positive = 600.0
    """Wall clock of one attempt."""
    floors: dict[str, Fraction] = {}


class Settings(Record, frozen=True, kw_only=True):
    """The whole of an `assignment.toml`."""

    title: str
    limits: Limits = Limits()
    execution: Execution = Execution()
    files: tuple[str, ...] = ()
    """Files beside the source notebook that students get, and that are there when it runs."""
    recipe: str = ""
    """The recipe that checks train with where none is named on the command line."""
    recipes: dict[str, Recipe] = {}


def parse_settings(text: str) -> Settings:
    """Decode the text of an `assignment.toml`.

    Raises
    ------
    msgspec.ValidationError, msgspec.DecodeError
        If it is not TOML, or says something that this module does not know.
    """
    return msgspec.toml.decode(text, type=Settings)
