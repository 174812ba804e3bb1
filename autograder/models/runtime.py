"""What a process of ours answers about rebuilt models: facts, predictions, weights.

The handlers take and return plain data. A model that was loaded is known by a number. Nothing that is asked
changes a model: predictions run in a `keras.StatelessScope`, which also puts weights at zero where that is asked
for, so the next answer is what it would have been without.

Importing this module runs nothing of TensorFlow and creates nothing of Keras.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from autograder.errors import ModelRefused
from autograder.models.build import Rebuilt
from autograder.models.construct import first_line
from autograder.models.facts import Facts
from autograder.models.graph import ModelGraph
from autograder.models.values import TensorRef, with_tensors

_BATCH = 128  # images that go through a model at once in inference
_STATISTICS = ("moving_mean", "moving_variance", "mean", "variance", "count")  # not what an instructor calls weights


def handlers() -> dict[str, Callable[..., Any]]:
    """Return the handlers of one runtime, by name: ``load``, ``predict`` and ``weights``."""
    runtime = _Runtime()
    return {
        "load": runtime.load,
        "predict": runtime.predict,
        "weights": runtime.weights,
    }


class _Runtime:
    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._loaded: dict[int, _Loaded] = {}

    def load(self, graph: dict[str, Any]) -> dict[str, Any]:
        """Rebuild a model; its number, and the facts measured on it."""
        loaded = _Loaded(ModelGraph.from_data(graph))
        number = next(self._numbers)
        self._loaded[number] = loaded
        return {"model": number, "facts": loaded.facts().to_data()}

    def predict(
        self,
        model: int,
        images: list[np.ndarray],
        training: bool = False,
        at: list[int] | None = None,
        zero_layers: Sequence[int] = (),
        zero_weights: Sequence[int] = (),
    ) -> list[np.ndarray]:
        """Run a model.

        Parameters
        ----------
        model
            Number of the model.
        images
            One array for each input.
        training
            The training flag.
        at
            Node and output number of the tensor to return in place of the model's outputs.
        zero_layers, zero_weights
            Layers and weights of the graph that are at zero, moving statistics aside.

        Returns
        -------
        One array for each output, in the order of the graph.
        """
        loaded = self._loaded[model]
        variables = loaded.zeroed(zero_layers, zero_weights)
        return loaded.predict(images, training, None if at is None else TensorRef(*at), variables)

    def weights(
        self,
        model: int,
        layers: Sequence[int],
        weights: Sequence[int],
        zero_layers: Sequence[int] = (),
        zero_weights: Sequence[int] = (),
    ) -> list[tuple[str, np.ndarray]]:
        """Return name and value of the weights of layers, and of single weights."""
        loaded = self._loaded[model]
        zeroed = {id(variable) for variable in loaded.zeroed(zero_layers, zero_weights)}
        found = loaded.variables(layers, weights)
        return [(name, np.asarray(v) * (0 if id(v) in zeroed else 1)) for name, v in found]


class _Loaded:
    """A rebuilt model and its sub-models that end at a step."""

    def __init__(self, graph: ModelGraph) -> None:
        self._graph = graph
        self._rebuilt = Rebuilt(graph)
        self._ends: dict[TensorRef, keras.Model] = {}

    def facts(self) -> Facts:
        """Measure shapes and count parameters."""
        rebuilt = self._rebuilt
        program = self._graph.programs[-1]
        shapes = []
        for index in range(len(program.nodes)):
            refs = itertools.takewhile(rebuilt.tensors.__contains__, (TensorRef(index, n) for n in itertools.count()))
            shapes.append(tuple(tuple(rebuilt.tensors[ref].shape) for ref in refs))
        model = rebuilt.model
        return Facts(
            shapes=tuple(shapes),
            layer_parameters=tuple(_count(rebuilt.variables(number)) for number in range(len(self._graph.layers))),
            num_parameters=_count(model.weights),
            num_trainable_parameters=_count(model.trainable_weights),
        )

    def variables(self, layers: Sequence[int], weights: Sequence[int]) -> list[tuple[str, keras.Variable]]:
        """Return name and variable of the weights of layers, and of single weights."""
        rebuilt = self._rebuilt
        of_layers = [(variable.name, variable) for layer in layers for variable in rebuilt.variables(layer)]
        return of_layers + [(self._graph.weights[index].name, rebuilt.weight(index)) for index in weights]

    def zeroed(self, layers: Sequence[int], weights: Sequence[int]) -> list[keras.Variable]:
        """Return the variables that are at zero when these layers and weights are."""
        return [variable for name, variable in self.variables(layers, weights) if name not in _STATISTICS]

    def predict(
        self, images: list[np.ndarray], training: bool, at: TensorRef | None, zeroed: list[keras.Variable]
    ) -> list[np.ndarray]:
        """Run the model, or the part of it that ends at a tensor."""
        if self._graph.opaque_nodes:
            node = self._graph.opaque_nodes[0]
            raise ModelRefused(f"the model cannot be run here, for `{node.name}` in it cannot be opened: {node.reason}")
        model = self._rebuilt.model if at is None else self._ending_at(at)
        zeros = [(variable, ops.zeros(variable.shape, variable.dtype)) for variable in zeroed]
        step = len(images[0]) if training else _BATCH  # statistics of a batch need all of it
        pieces = []
        for begin in range(0, max(len(images[0]), 1), max(step, 1)):
            batch = [array[begin : begin + step] for array in images]
            with keras.StatelessScope(zeros):
                pieces.append([np.asarray(each) for each in self._outputs(model, batch, training)])
        return [np.concatenate(parts) if parts[0].ndim else parts[-1] for parts in zip(*pieces, strict=True)]

    def _outputs(self, model: keras.Model, batch: list[np.ndarray], training: bool) -> list[Any]:
        tensors = [ops.convert_to_tensor(a, spec.dtype) for a, spec in zip(batch, self._graph.inputs, strict=True)]
        structure = with_tensors(self._graph.input, lambda ref: tensors[ref.output])
        try:
            returned = model(list(structure) if isinstance(structure, tuple) else structure, training=training)
        except ModelRefused:
            raise
        except Exception as error:  # whatever the backend raises for these images is about the student's model
            raise ModelRefused(f"the model fails on the images that it is given: {first_line(error)}") from error
        return list(tree.flatten(returned))

    def _ending_at(self, ref: TensorRef) -> keras.Model:
        if ref not in self._ends:
            structure = self._rebuilt.tapped_input
            self._ends[ref] = keras.Model(structure, self._rebuilt.tensors[ref])
        return self._ends[ref]


def _count(variables: Sequence[keras.Variable]) -> int:
    return sum(int(np.prod(variable.shape)) for variable in {id(v): v for v in variables}.values())
