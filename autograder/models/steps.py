"""One step of a model as a suite sees it, and the wiring between steps."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from autograder.models.graph import Shape, Training
from autograder.models.values import TensorRef

START = -1
"""Stands for the model's inputs where a step's index is expected."""


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
    num_parameters
        Weights of the layer, trainable or not; 0 for what has none.
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
    num_parameters: int
    trainable: bool = field(repr=False)
    training: Training = field(repr=False)
    layer: int | None = field(repr=False)
    """Index in the graph of the layer that is applied; None where no layer of Keras is."""
    weights: tuple[int, ...] = field(repr=False)
    """Indices in the graph of the weights that are used as they are, without a layer of Keras."""
    tensor: TensorRef = field(repr=False)
    """Where the output of the step is found in the graph."""

    @property
    def input_shape(self) -> Shape:
        """Shape of the first input, with None for the batch."""
        return self.input_shapes[0]

    def is_a(self, kinds: str | Collection[str] | None) -> bool:
        """Return whether the step is of one of these kinds: names or patterns; any will do where None."""
        if kinds is None:
            return True
        patterns = (kinds,) if isinstance(kinds, str) else kinds
        return any(fnmatchcase(self.kind, pattern) for pattern in patterns)


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

    def before(self, step: int, through: Collection[str] = ()) -> list[Source]:
        """Return what a step takes, looking through steps of some kinds."""
        found: list[Source] = []
        waiting = list(reversed(self.sources[step]))
        while waiting:
            source = waiting.pop()
            if source.step != START and self.steps[source.step].is_a(through):
                waiting.extend(reversed(self.sources[source.step]))
            else:
                found.append(source)
        return found

    def after(self, step: int, through: Collection[str] = ()) -> list[int]:
        """Return the steps that take something from a step, looking through steps of some kinds."""
        found: dict[int, None] = {}
        waiting, seen = [step], {step}
        while waiting:
            for taker in self.takers[waiting.pop()]:
                if not self.steps[taker].is_a(through):
                    found[taker] = None
                elif taker not in seen:
                    seen.add(taker)
                    waiting.append(taker)
        return sorted(found)

    def is_output(self, step: int, through: Collection[str] = ()) -> bool:
        """Return whether a step's output is the model's, looking through steps of some kinds."""
        waiting, seen = [step], {step}
        while waiting:
            index = waiting.pop()
            if any(source.step == index for source in self.outputs):
                return True
            for taker in self.takers[index]:
                if self.steps[taker].is_a(through) and taker not in seen:
                    seen.add(taker)
                    waiting.append(taker)
        return False

    def ancestors(self, step: int) -> set[int]:
        """Return every step that a step depends on, itself included, `START` excluded."""
        return self._reached(step, lambda index: (source.step for source in self.sources[index]))

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
                if not (index == START and step != START):
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
            givers = [source.step for source in sources] or [START]
            common = givers[0]
            for giver in givers[1:]:
                while common != giver:
                    if common > giver:
                        common = found[common]
                    else:
                        giver = found[giver]
            found.append(common)
        return found
