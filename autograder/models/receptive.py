"""Which part of the input one value sees, and how far apart the parts of neighbouring values lie.

The recursion is that of Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks"
(Distill, doi 10.23915/distill.00021): a window of `k` values that moves by `s` adds `(k - 1)` times the strides
before it to the field, and multiplies the stride by `s`; where paths join, the field covers those of all of them.
What makes maps larger is followed as well, value by value of one period.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from autograder.errors import ModelRefused
from autograder.models.graph import Shape
from autograder.models.steps import START, Source, Step, Wiring

_WINDOWS = ("Conv*D", "DepthwiseConv*D", "SeparableConv*D", "MaxPooling*D", "AveragePooling*D")
_MIXES_ALL = ("Global*Pooling*", "Flatten")
_MOVES_VALUES = (  # where a value comes from is not followed through these
    "*Attention*", "*RNN", "*LSTM*", "GRU", "Bidirectional", "TimeDistributed", "SpectralNormalization", "Opaque",
    "Matmul", "Dot", "Einsum*", "Tensordot", "Inner", "Outer", "Permute", "Transpose", "Swapaxes", "Moveaxis", "Flip",
    "Roll", "Rot90", "Sort", "Argsort", "Cum*", "Reshape", "Squeeze", "ExpandDims", "Take*", "Tril", "Triu",
    "Adaptive*", "Resizing", "CenterCrop", "RandomCrop", "GaussianBlur", "SobelEdges", "DepthToSpace", "SpaceToDepth",
    "ExtractPatches", "Embedding", "Repeat*", "Tile", "Split", "Stack", "Unstack",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class FieldStep:
    """What the receptive field is after one step that changes it.

    Attributes
    ----------
    step
        The step.
    size, stride
        Pixels of the input that one of its values sees, and between those of neighbouring values, for each spatial
        axis. `size` is None where every value sees the whole input.
    words
        The formula with its numbers: "1 + (3 - 1) * 1 = 3".
    """

    step: Step
    size: tuple[int, ...] | None
    stride: tuple[Fraction, ...]
    words: str


@dataclass(frozen=True, eq=False)
class ReceptiveField:
    """The part of the input that one value sees.

    Attributes
    ----------
    size
        Pixels along each spatial axis, what lies in the padding counted as well; where values see different numbers
        of pixels, as after upsampling, the largest. None where one value sees the whole input, as behind global
        pooling.
    stride
        Pixels of the input between the fields of neighbouring values, along each axis; below 1 where the maps are
        larger than the input. Empty where `size` is None.
    steps
        How it comes to that: one entry for each step that changes the field.
    """

    size: tuple[int, ...] | None
    stride: tuple[Fraction, ...]
    steps: tuple[FieldStep, ...]

    @property
    def derivation(self) -> str:
        """The formula of each step, a line each, for people."""
        return "\n".join(f"{each.step.name} ({each.step.kind}): {each.words}" for each in self.steps)


@dataclass(frozen=True)
class _Axis:
    """The first and last pixel that each value along an axis sees.

    Value number `period * q + r` sees the pixels from `shift * q + first[r]` to `shift * q + last[r]`.
    """

    shift: int
    first: tuple[int, ...]
    last: tuple[int, ...]

    @property
    def period(self) -> int:
        return len(self.first)

    @property
    def size(self) -> int:
        return max(b - a for a, b in zip(self.first, self.last, strict=True)) + 1

    @property
    def stride(self) -> Fraction:
        return Fraction(self.shift, self.period)

    def seen_by(self, values: Iterable[int]) -> tuple[int, int]:
        """Return the first and last pixel that some values see."""
        places = [divmod(value, self.period) for value in values]
        firsts = (self.shift * q + self.first[r] for q, r in places)
        lasts = (self.shift * q + self.last[r] for q, r in places)
        return min(firsts), max(lasts)

    def mapped(self, takes: Any, *, step: int = 1, spread: int = 1) -> _Axis:
        """Return what is seen after a step whose value `j` takes the values `takes(j)`.

        `takes(j + spread)` is `takes(j)` moved by `step`.
        """
        turns = self.period // math.gcd(self.period, step)
        seen = [self.seen_by(takes(j)) for j in range(turns * spread)]
        return _Axis(self.shift * turns * step // self.period, *zip(*seen, strict=True))

    def joined(self, other: _Axis) -> _Axis | None:
        """Return what is seen where two are joined; None where their values do not lie over each other."""
        if self.stride != other.stride:
            return None
        period = math.lcm(self.period, other.period)
        seen = [(self.seen_by([j]), other.seen_by([j])) for j in range(period)]
        return _Axis(
            int(self.stride * period),
            tuple(min(one[0], two[0]) for one, two in seen),
            tuple(max(one[1], two[1]) for one, two in seen),
        )


_Field = tuple[_Axis, ...] | None  # None: the whole input
_ONE_PIXEL = _Axis(1, (0,), (0,))


def find_receptive_field(wiring: Wiring, input_shapes: Sequence[Shape], end: Source) -> ReceptiveField:
    """Return the receptive field of a value of a tensor.

    Parameters
    ----------
    wiring
        The model.
    input_shapes
        Of the model's inputs.
    end
        The tensor.

    Raises
    ------
    ModelRefused
        If the field cannot be followed through one of the steps.
    """
    fields: dict[int, _Field] = {}
    changes: list[FieldStep] = []

    def of(source: Source) -> _Field:
        if source.step != START:
            return fields[source.step]
        num_axes = len(input_shapes[source.output]) - 2
        return (_ONE_PIXEL,) * num_axes if num_axes > 0 else None

    for index in sorted(wiring.ancestors(end.step)):
        step = wiring.steps[index]
        taken = [of(source) for source in wiring.sources[index]]
        fields[index] = _after(step, taken)
        if (change := _change(step, taken, fields[index])) is not None:
            changes.append(change)
    found = of(end)
    if found is None:
        return ReceptiveField(None, (), tuple(changes))
    return ReceptiveField(_sizes(found), _strides(found), tuple(changes))


def _after(step: Step, taken: Sequence[_Field]) -> _Field:
    """Return what one value sees after a step, given what those see that it takes."""
    if step.is_a(_MIXES_ALL) or any(field is None for field in taken):
        return None
    fields = [field for field in taken if field]
    if not fields:
        return None
    if step.is_a(_WINDOWS):
        return _windows(step, fields[0])
    if step.is_a(("Conv*Transpose", "UpSampling*")):
        return _enlarged(step, fields[0])
    if step.is_a(("ZeroPadding*", "Cropping*")):
        return _moved(step, fields[0])
    if step.is_a(_MOVES_VALUES) or _changes_size(step):
        raise ModelRefused(f"the receptive field cannot be followed through `{step.name}`, a `{step.kind}`")
    field: _Field = fields[0]
    for other in fields[1:]:
        pairs = [one.joined(two) for one, two in zip(field or (), other, strict=False)]
        field = None if None in pairs else tuple(pair for pair in pairs if pair is not None)
    return field


def _changes_size(step: Step) -> bool:
    """Return whether a step that is no window changes height or width; a map of one value goes with any other."""
    if len(step.output_shape) < 3:
        return True
    return not any(shape[1:-1] == step.output_shape[1:-1] for shape in step.input_shapes)


def _windows(step: Step, field: tuple[_Axis, ...]) -> _Field:
    after = []
    for axis, seen in enumerate(field):
        size, stride, dilation = _window(step, axis)
        reach = dilation * (size - 1) + 1
        length = step.input_shape[1 + axis]
        pad = 0
        if step.config.get("padding") == "same":
            missing = reach - stride if length is None else (-(-length // stride) - 1) * stride + reach - length
            pad = max(missing, 0) // 2

        def takes(j: int, stride: int = stride, pad: int = pad, dilation: int = dilation, size: int = size) -> Any:
            return (j * stride - pad + place * dilation for place in range(size))

        after.append(seen.mapped(takes, step=stride))
    return tuple(after)


def _window(step: Step, axis: int) -> tuple[int, int, int]:
    """Return size, stride and dilation of a window along an axis."""
    size = step.config.get("kernel_size") or step.config.get("pool_size") or (1,) * (axis + 1)
    strides = step.config.get("strides") or size
    dilation = step.config.get("dilation_rate") or (1,) * (axis + 1)
    return size[axis], strides[axis], dilation[axis]


def _enlarged(step: Step, field: tuple[_Axis, ...]) -> _Field:
    """Follow a transposed convolution or upsampling: each value takes those whose windows reach it."""
    after = []
    for axis, seen in enumerate(field):
        if step.is_a("UpSampling*"):
            factor, reach, pad = step.config["size"][axis], step.config["size"][axis], 0
            if step.config.get("interpolation", "nearest") != "nearest":
                reach, pad = 2 * factor, factor // 2
        else:
            size, factor, dilation = _window(step, axis)
            reach = dilation * (size - 1) + 1
            pad = max(reach - factor, 0) // 2 if step.config.get("padding") == "same" else 0

        def takes(j: int, factor: int = factor, reach: int = reach, pad: int = pad) -> Any:
            last = (j + pad) // factor
            return range(min(-((reach - 1 - j - pad) // factor), last), last + 1)

        after.append(seen.mapped(takes, spread=factor))
    return tuple(after)


def _moved(step: Step, field: tuple[_Axis, ...]) -> _Field:
    """Follow padding or cropping of the border."""
    is_padding = step.is_a("ZeroPadding*")
    widths = step.config.get("padding" if is_padding else "cropping")
    after = []
    for axis, seen in enumerate(field):
        width = widths if isinstance(widths, int) or len(field) == 1 else widths[axis] if widths else 0
        begin = width[0] if isinstance(width, tuple) else width or 0
        move = -begin if is_padding else begin

        def takes(j: int, move: int = move) -> Any:
            return [j + move]

        after.append(seen.mapped(takes))
    return tuple(after)


def _change(step: Step, taken: Sequence[_Field], found: _Field) -> FieldStep | None:
    """Return what a step changes, with the formula; None where it leaves the field as it is."""
    before = next((field for field in taken if field), None)
    if found is None:
        is_first = all(field is not None for field in taken)
        return FieldStep(step, None, (), "each value sees the whole input") if is_first else None
    if before is None or (_sizes(before), _strides(before)) == (_sizes(found), _strides(found)):
        return None
    formulas = []
    for axis, (old, new) in enumerate(zip(before, found, strict=True)):
        if step.is_a(_WINDOWS):
            size, _, dilation = _window(step, axis)
            reach = f"({size} - 1)" if dilation == 1 else f"({size} - 1) * {dilation}"
            formulas.append(f"{old.size} + {reach} * {old.stride} = {new.size}, stride {new.stride}")
        else:
            formulas.append(f"{old.size} becomes {new.size}, stride {new.stride}")
    return FieldStep(step, _sizes(found), _strides(found), "; ".join(dict.fromkeys(formulas)))


def _sizes(field: tuple[_Axis, ...]) -> tuple[int, ...]:
    return tuple(axis.size for axis in field)


def _strides(field: tuple[_Axis, ...]) -> tuple[Fraction, ...]:
    return tuple(axis.stride for axis in field)
