"""One step of a model as a suite sees it, and the wiring between steps."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from autograder.models.graph import Shape, Training
from autograder.models.values import TensorRef

START = -1
"""Stands for the model's inputs where a step's index is expected."""

Kinds: TypeAlias = str | Collection[str]
"""A kind, a pattern such as "*Pooling2D", or several of them."""

TRAINING_ONLY = (
    "*Dropout*",
    "GaussianNoise",
    "ActivityRegularization",
    *(f"Random{kind}" for kind in ("Brightness", "Contrast", "Flip", "Rotation", "Translation", "Zoom")),
)
"""Kinds that hand on what they are given, unchanged, unless the model is in training."""


@dataclass(frozen=True, eq=False)
class Step:
    """One thing that a model does to a tensor.

    Steps are compared by identity: two equal layers are two steps, and one layer that is used twice is two
    steps as well (see `ModelView.layers` and `ModelView.uses`).

    Attributes
    ----------
    index
        Place in `ModelView.steps`, which is in the order of computation.
    kind
        "Conv2D", "ReLU", "Add", ...; "Opaque" for what could not be opened.
    name
        What the student called it, with the layers around it: "residual_block/conv2d_1"; for reading only.
    config
        The layer's own arguments, without `name`, `dtype` and `activation`. Sizes are tuples
        (`kernel_size`, `strides`, `pool_size`), `padding` is "same" or "valid", axes are counted from the last:
        -1 is the channels.
    input_shapes, output_shape
        With None for the batch. `input_shape` is the first of the inputs.
    output_dtype
        "float32", or "float16" in mixed precision.
    num_parameters, num_trainable_parameters
        Weights of the layer, and those of them that training changes; 0 for what has none.
    trainable
        False where the layer is frozen (`layer.trainable = False`).
    training
        Whether the step obeys the training flag of the model: "follows"; "never": it stays in inference mode,
        also in `fit` (`training=False` is written down, or the flag never gets there); "always": it
        stays in training mode, also in `predict`. Of interest for BatchNormalization and Dropout.
    """

    index: int
    kind: str
    name: str
    config: Mapping[str, Any] = field(repr=False)
    input_shapes: tuple[Shape, ...] = field(repr=False)
    output_shape: Shape
    output_dtype: str = field(repr=False)
    num_parameters: int
    num_trainable_parameters: int = field(repr=False)
    trainable: bool = field(repr=False)
    training: Training = field(repr=False)
    layer: int | None = field(repr=False)
    """Index in the graph of the layer that is applied; None where no layer of Keras is."""
    weights: Mapping[str, int] = field(repr=False)
    """Indices in the graph of the weights that are used as they are, without a layer of Keras, by name."""
    tensor: TensorRef = field(repr=False)
    """Where the output of the step is found in the graph."""

    @property
    def input_shape(self) -> Shape:
        """Shape of the first input, with None for the batch."""
        return self.input_shapes[0]

    @property
    def num_non_trainable_parameters(self) -> int:
        """Those of `num_parameters` that training does not change: moving statistics, or all of a frozen layer."""
        return self.num_parameters - self.num_trainable_parameters

    @property
    def acts_in_training_only(self) -> bool:
        """Whether the step hands on what it is given, unchanged, unless the model is in training: as dropout does."""
        return self.training != "always" and self.is_a(TRAINING_ONLY)

    def is_a(self, kinds: Kinds | None) -> bool:
        """Return whether the step is of one of these kinds: names or patterns; any will do where None."""
        if kinds is None:
            return True
        patterns = (kinds,) if isinstance(kinds, str) else kinds
        return any(_fits(self.kind, pattern) for pattern in patterns)


@functools.lru_cache(maxsize=1024)
def _fits(kind: str, pattern: str) -> bool:
    """Return whether a kind fits a pattern; the usual ones need no expression that is compiled first."""
    if {"?", "["}.isdisjoint(pattern):
        match pattern.split("*"):
            case [name]:
                return kind == name
            case [head, tail]:
                return len(kind) >= len(head) + len(tail) and kind.startswith(head) and kind.endswith(tail)
            case ["", part, ""]:
                return part in kind
    return fnmatchcase(kind, pattern)


Passed: TypeAlias = Callable[[Step], bool]
"""Says which steps are looked through on a path, as if they were not there."""


@dataclass(frozen=True)
class Source:
    """What a step takes: an output of another step, or an input of the model where `step` is `START`."""

    step: int
    output: int = 0


class Wiring:
    """Who takes what from whom. Steps are numbered in the order of computation.

    Parameters
    ----------
    steps
        All steps.
    sources
        For each step what it takes, in the order of its arguments.
    outputs
        What the model returns.
    """

    def __init__(
        self,
        steps: tuple[Step, ...],
        sources: tuple[tuple[Source, ...], ...],
        outputs: tuple[Source, ...],
    ) -> None:
        self.steps = steps
        self.sources = sources
        self.outputs = outputs

    @functools.cached_property
    def takers(self) -> dict[int, tuple[int, ...]]:
        """For each step, and for `START`, the steps that take something from it, in order."""
        takers: dict[int, list[int]] = {index: [] for index in range(START, len(self.steps))}
        for step, sources in enumerate(self.sources):
            for giver in dict.fromkeys(source.step for source in sources):
                takers[giver].append(step)
        return {giver: tuple(found) for giver, found in takers.items()}

    def before(self, step: int, is_passed: Passed) -> list[Source]:
        """Return what a step takes, looking through the steps that are passed."""
        found: list[Source] = []
        waiting = list(reversed(self.sources[step]))
        while waiting:
            source = waiting.pop()
            if source.step != START and is_passed(self.steps[source.step]):
                waiting.extend(reversed(self.sources[source.step]))
            else:
                found.append(source)
        return found

    def after(self, step: int, is_passed: Passed) -> list[int]:
        """Return the steps that take something from a step, looking through the steps that are passed."""
        found: dict[int, None] = {}
        waiting, seen = [step], {step}
        while waiting:
            for taker in self.takers[waiting.pop()]:
                if not is_passed(self.steps[taker]):
                    found[taker] = None
                elif taker not in seen:
                    seen.add(taker)
                    waiting.append(taker)
        return sorted(found)

    def is_output(self, step: int, is_passed: Passed) -> bool:
        """Return whether a step's output is the model's, looking through the steps that are passed."""
        waiting, seen = [step], {step}
        while waiting:
            index = waiting.pop()
            if any(source.step == index for source in self.outputs):
                return True
            for taker in self.takers[index]:
                if is_passed(self.steps[taker]) and taker not in seen:
                    seen.add(taker)
                    waiting.append(taker)
        return False

    def ancestors(self, step: int, after: int = START) -> set[int]:
        """Return every step that a step depends on, itself included; of steps after another one only."""
        if step == START:
            return set()
        return self._reached(step, lambda index: (s.step for s in self.sources[index] if s.step > after))

    def descendants(self, step: int) -> set[int]:
        """Return every step that depends on a step, itself included; of `START` those that an input reaches."""
        return self._reached(step, lambda index: self.takers[index])

    def _reached(self, step: int, neighbours: Callable[[int], Iterable[int]]) -> set[int]:
        found: set[int] = set()
        waiting = [step]
        while waiting:
            index = waiting.pop()
            if index not in found:
                found.add(index)
                waiting.extend(neighbours(index))
        return found - {START}

    @functools.cached_property
    def dominators(self) -> list[int]:
        """For each step the last step before it that every path from the inputs passes; `START` where there is none.

        Paths over predecessors are intersected in the order of computation, as in Cooper, Harvey and Kennedy 2001, "A
        simple, fast dominance algorithm"; without cycles one sweep is enough.
        """
        found: list[int] = []
        for sources in self.sources:
            found.append(_common((source.step for source in sources), found))
        return found

    def common_dominator(self, steps: Iterable[int]) -> int:
        """Return the last step that every path from the inputs to any of these steps passes, one of them perhaps."""
        return _common(steps, self.dominators)


def _common(steps: Iterable[int], dominators: list[int]) -> int:
    common: int | None = None
    for step in steps:
        other = step
        while common is not None and common != other:
            if common > other:
                common = dominators[common]
            else:
                other = dominators[other]
        common = other
    return START if common is None else common
