"""Which steps make maps smaller, or larger, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from autograder.models.steps import Step, Wiring

_STRIDED = ("Conv*D", "DepthwiseConv*D", "SeparableConv*D", "MaxPooling*D", "AveragePooling*D")
_BORDER = ("Cropping*", "CenterCrop", "RandomCrop", "ZeroPadding*")
_NO_MAPS = ("Flatten", "Reshape", "Permute", "Transpose", "RepeatVector")


@dataclass(frozen=True, eq=False)
class Resampling:
    """A step after which maps have another size.

    Attributes
    ----------
    step
        The step.
    before, after
        Sizes of the maps along each spatial axis, None where they are not known; (1, 1) after global pooling.
    factor
        How much farther apart (downsampling) or closer (upsampling) the values lie, along each axis: the stride of a
        convolution or pooling. 1 where maps only lose their border.
    """

    step: Step
    before: tuple[int | None, ...]
    after: tuple[int | None, ...]
    factor: tuple[Fraction, ...]


def find_downsampling(wiring: Wiring) -> tuple[Resampling, ...]:
    """Return the steps that make maps smaller, those that only take off a border among them."""
    return tuple(each for step in wiring.steps if (each := _change(step)) and _is_smaller(each))


def find_upsampling(wiring: Wiring) -> tuple[Resampling, ...]:
    """Return the steps that make maps larger by more than a border."""
    found = (_change(step) for step in wiring.steps)
    enlarged = (each for each in found if each is not None and min(each.factor) < 1)
    return tuple(Resampling(e.step, e.before, e.after, tuple(1 / n for n in e.factor)) for e in enlarged)


def _change(step: Step) -> Resampling | None:
    """Return a step as a change of the size of maps, None where it takes or returns none."""
    if not step.input_shapes or len(step.input_shape) < 3 or step.is_a(_NO_MAPS):
        return None
    before = step.input_shape[1:-1]
    if step.is_a("Global*Pooling*"):
        ones = (1,) * len(before)
        return Resampling(step, before, ones, tuple(Fraction(n or 1) for n in before))
    after = step.output_shape[1:-1]
    if len(after) != len(before) or len(step.input_shapes) > 1:
        return None
    return Resampling(step, before, after, _factor(step, before, after))


def _factor(step: Step, before: tuple[int | None, ...], after: tuple[int | None, ...]) -> tuple[Fraction, ...]:
    if step.is_a(_STRIDED):
        strides = step.config.get("strides") or step.config.get("pool_size") or (1,) * len(before)
        return tuple(map(Fraction, strides))
    if step.is_a("Conv*Transpose"):
        return tuple(Fraction(1, stride) for stride in step.config["strides"])
    if step.is_a(_BORDER):
        return (Fraction(1),) * len(before)
    return tuple(Fraction(a, b) if a and b else Fraction(1) for a, b in zip(before, after, strict=True))


def _is_smaller(each: Resampling) -> bool:
    sizes = zip(each.before, each.after, strict=True)
    return max(each.factor) > 1 or any(a is not None and b is not None and b < a for a, b in sizes)
