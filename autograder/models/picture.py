"""A model's steps as rows, for people: all of them, or those around the places that a check speaks of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Self

from autograder.models.graph import Shape
from autograder.models.steps import START, Step, Wiring
from autograder.records import ModelPicture, ModelRow

MAX_ROWS = 40
"""Steps that are shown under a failed check; of a larger model those around the marked places."""

_AROUND = 5  # rows before and after a marked one in a large model
_TEXT = 60  # characters of a name or of settings
_SHOWN = (
    "filters",
    "units",
    "kernel_size",
    "pool_size",
    "size",
    "strides",
    "padding",
    "dilation_rate",
    "rate",
    "axis",
    "negative_slope",
    "max_value",
)
_USUAL = {  # not worth a word
    "strides": ((1,), (1, 1), (1, 1, 1)),
    "dilation_rate": ((1,), (1, 1), (1, 1, 1)),
    "axis": (-1,),
    "negative_slope": (0.0,),
}


class Marked(str):
    """The message of an assertion about a model, and the model with the place marked.

    It is a string, so `assert` takes it as one; the suite's plugin keeps the picture with the check's result.
    """

    __slots__ = ("picture",)
    picture: ModelPicture

    def __new__(cls, sentence: str, picture: ModelPicture) -> Self:
        """Return the sentence with its picture."""
        made = super().__new__(cls, sentence)
        made.picture = picture
        return made


def picture_of(
    wiring: Wiring,
    input_shapes: Sequence[Shape],
    marked: Collection[Step],
    remarks: Sequence[str],
    max_rows: int | None,
) -> ModelPicture:
    """Return a model as rows.

    Parameters
    ----------
    wiring
        The model.
    input_shapes
        Of its inputs.
    marked
        The steps to be marked.
    remarks
        What is said below.
    max_rows
        How many steps are shown at most, if more are not needed around the marked ones; None for all.
    """
    is_marked = {step.index for step in marked}
    shown = _shown(len(wiring.steps), is_marked, max_rows)
    rows = [ModelRow(kind="Input", shape=short(shape)) for shape in input_shapes]
    row_of: dict[int, int] = {}
    for index, step in enumerate(wiring.steps):
        givers = [s.output if s.step == START else row_of[s.step] for s in wiring.sources[index]]
        if index in shown:
            row_of[index] = len(rows)
            rows.append(_row(wiring, step, givers, index in is_marked))
            continue
        if index - 1 in shown or index == 0:
            rows.append(ModelRow())
        row_of[index] = len(rows) - 1
        outside = {*rows[-1].takes, *(giver for giver in givers if giver != len(rows) - 1)}
        rows[-1] = ModelRow(left_out=rows[-1].left_out + 1, takes=tuple(sorted(outside)))
    return ModelPicture(rows=tuple(rows), remarks=tuple(remarks))


def _shown(num_steps: int, marked: Collection[int], max_rows: int | None) -> set[int]:
    """Return which steps are shown: all, or the first ones and those around the marked ones."""
    if max_rows is None or num_steps <= max_rows:
        return set(range(num_steps))
    if not marked:
        return set(range(max_rows))
    chosen: set[int] = set()
    for index in sorted(marked):
        around = set(range(max(0, index - _AROUND), min(num_steps, index + _AROUND + 1)))
        if len(chosen | around) > max_rows and chosen:
            break
        chosen |= around
    return chosen


def _row(wiring: Wiring, step: Step, givers: Sequence[int], is_marked: bool) -> ModelRow:
    shown = [(name, step.config[name]) for name in _SHOWN if step.config.get(name) is not None]
    settings = " ".join(f"{name}={short(value)}" for name, value in shown if value not in _USUAL.get(name, ()))
    remarks = []
    if step.training != "follows":
        remarks.append("always in inference mode" if step.training == "never" else "always in training mode")
    if not step.trainable:
        remarks.append("frozen")
    if any(source.step == step.index for source in wiring.outputs):
        remarks.append("output")
    return ModelRow(
        number=step.index,
        kind=step.kind,
        name=step.name[:_TEXT],
        settings=settings[:_TEXT],
        shape=short(step.output_shape),
        parameters=step.num_parameters,
        remarks=tuple(remarks),
        takes=tuple(dict.fromkeys(givers)),
        is_marked=is_marked,
    )


def short(value: object) -> str:
    """Return a value of a config in few characters; sizes as 3x3, a shape as (None, 9, 6, 4)."""
    if isinstance(value, tuple) and value and all(type(each) is int for each in value):
        return "x".join(str(each) for each in value)
    if isinstance(value, tuple):
        return "(" + ", ".join("None" if each is None else str(each) for each in value) + ")"
    return str(value)
