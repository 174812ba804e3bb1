"""A rebuilt model in a process of ours, asked through a port: arrays in, arrays out, steps by their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from autograder.errors import ModelRefused
from autograder.models.facts import Facts
from autograder.models.graph import ModelGraph
from autograder.models.steps import Step
from autograder.models.values import TensorRef, Value, tensors, with_tensors


class RuntimePort(Protocol):
    """Asks a process of ours that runs `autograder.models.runtime`."""

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        """Return the handler's answer; raises `ModelRefused` or `InfrastructureError`."""


@dataclass(frozen=True, eq=False)
class Gradients:
    """Gradients of what a model returns.

    Attributes
    ----------
    inputs
        With respect to the images, in their shape; as `ModelView.predict` takes them where there are several inputs,
        None for an input of integers.
    weights
        For each layer with weights the gradients by name: "kernel", "bias", "gamma", ...
    at
        With respect to the output of the step that was asked for; None where none was.
    """

    inputs: Any
    weights: Mapping[Step, Mapping[str, np.ndarray]] = field(repr=False)
    at: np.ndarray | None = field(repr=False)

    @property
    def dead(self) -> tuple[Step, ...]:
        """Layers none of whose weights has any influence: all their gradients are exactly zero."""
        return tuple(step for step, named in self.weights.items() if not any(each.any() for each in named.values()))


@dataclass(frozen=True)
class RemoteModel:
    """A model that was loaded into a runtime; `changes` are weights that have other values than the model's."""

    graph: ModelGraph
    runtime: RuntimePort
    number: int
    changes: tuple[Mapping[str, Any], ...] = ()

    @staticmethod
    def load(graph: ModelGraph, runtime: RuntimePort) -> tuple[RemoteModel, Facts]:
        """Return the rebuilt model, and the facts measured on it."""
        loaded = runtime.ask("load", graph=graph.to_data())
        return RemoteModel(graph, runtime, loaded["model"]), Facts.from_data(loaded["facts"])

    def predict(self, images: Any, training: bool, at: Step | None) -> Any:
        """Return what the model computes, or what a step of it does."""
        found = self._ask("predict", images=self._arrays(images), training=bool(training), at=_place(at))
        if at is not None:
            return found[0]
        places = dict(zip(self._outputs, found, strict=True))
        return with_tensors(self.graph.programs[-1].output, places.__getitem__)

    def weights(self, step: Step) -> dict[str, np.ndarray]:
        """Return the weights of a step by name."""
        layers = [] if step.layer is None else [step.layer]
        found = self._ask("weights", layers=layers, weights=list(step.weights.values()))
        names = [*(name for name, _ in found[: len(found) - len(step.weights)]), *step.weights]
        return dict(zip(names, (array for _, array in found), strict=True))

    def gradients(self, images: Any, of: Any, training: bool, at: Step | None, layers: Sequence[Step]) -> Gradients:
        """Return gradients of a weighted sum of the outputs; `layers` are those whose weights are looked at."""
        weigh = None if of is None else [np.asarray(each, np.float32) for each in self._by_output(of)]
        arrays = self._arrays(images)
        found = self._ask("gradients", images=arrays, of=weigh, training=bool(training), at=_place(at))
        by_layer = {number: dict(named) for number, named in found["layers"]}
        by_weight = {number: named[0][1] for number, named in found["weights"]}
        weights: dict[Step, Mapping[str, np.ndarray]] = {}
        for step in layers:
            own = {name: by_weight[index] for name, index in step.weights.items() if index in by_weight}
            named = {**by_layer.get(step.layer, {}), **own}
            if named:
                weights[step] = named
        return Gradients(with_tensors(self.graph.input, lambda ref: found["inputs"][ref.output]), weights, found["at"])

    def with_value(self, step: Step, name: str, value: Any) -> RemoteModel:
        """Return the same model in which a weight of a step has another value."""
        own = step.weights.get(name)
        change = {
            "layers": [step.layer] if own is None and step.layer is not None else [],
            "weights": [] if own is None else [own],
            "name": name if own is None else None,
            "value": np.asarray(value, np.float32),
        }
        return replace(self, changes=(*self.changes, change))

    def with_zeros(self, steps: Sequence[Step]) -> RemoteModel:
        """Return the same model in which the weights of some steps are zero, statistics aside."""
        change = {
            "layers": sorted({step.layer for step in steps if step.layer is not None}),
            "weights": sorted({weight for step in steps for weight in step.weights.values()}),
        }
        return replace(self, changes=(*self.changes, change))

    @property
    def _outputs(self) -> list[TensorRef]:
        return tensors(self.graph.programs[-1].output)

    def _by_output(self, of: Any) -> list[Any]:
        """Return what is given for each output, in the structure of the model's or in a flat tuple."""
        count = len(self._outputs)
        if isinstance(of, Mapping) or (isinstance(of, tuple) and any(isinstance(each, Mapping) for each in of)):
            try:
                return [each for _, each in _matched(self.graph.programs[-1].output, of)]
            except ModelRefused:
                raise ModelRefused(f"the model returns {count} tensors, under other names than were expected") from None
        given = list(of) if isinstance(of, tuple) else [of]
        if len(given) != count:
            raise ModelRefused(f"the model returns {count} tensors, {len(given)} were expected")
        return given

    def _ask(self, op: str, **args: Any) -> Any:
        return self.runtime.ask(op, model=self.number, changes=list(self.changes), **args)

    def _arrays(self, images: Any) -> list[np.ndarray]:
        """Return one array for each input of the model, in the order of the graph."""
        arrays: list[np.ndarray] = [np.zeros(0)] * len(self.graph.inputs)
        for ref, array in _matched(self.graph.input, images):
            wanted = self.graph.inputs[ref.output].shape
            array = np.asarray(array)
            fits = len(array.shape) == len(wanted) and all(
                n in (None, m) for n, m in zip(wanted[1:], array.shape[1:], strict=True)
            )
            if not fits:
                raise ModelRefused(f"the model takes images of shape {wanted[1:]}, it was given {array.shape[1:]}")
            arrays[ref.output] = array
        return arrays


def _place(step: Step | None) -> list[int] | None:
    return None if step is None else [step.tensor.node, step.tensor.output]


def _matched(structure: Value, images: Any) -> list[tuple[TensorRef, Any]]:
    """Return each tensor of a structure with what is given for it, in the order of `tensors`."""
    if isinstance(structure, TensorRef):
        return [(structure, images)]
    if isinstance(structure, Mapping) and isinstance(images, Mapping) and set(structure) == set(images):
        return [pair for name in sorted(structure) for pair in _matched(structure[name], images[name])]
    if isinstance(structure, tuple) and isinstance(images, list | tuple) and len(images) == len(structure):
        return [pair for part, array in zip(structure, images, strict=True) for pair in _matched(part, array)]
    raise ModelRefused("the model takes several inputs, and other ones than it was given")
