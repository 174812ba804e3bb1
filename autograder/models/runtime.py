"""What a process of ours answers about rebuilt models: facts, predictions, weights, gradients.

The handlers take and return plain data. A model that was loaded is known by a number. Nothing that is asked
changes a model: everything runs in a `keras.StatelessScope`, which also gives weights other values where that is
asked for, so the next answer is what it would have been without.

Importing this module runs nothing of TensorFlow and creates nothing of Keras.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from autograder.errors import ModelRefused
from autograder.models import gradients
from autograder.models.build import Rebuilt
from autograder.models.construct import first_line
from autograder.models.facts import Facts
from autograder.models.graph import ModelGraph
from autograder.models.pruning import node_values
from autograder.models.values import TensorRef, WeightRef, references, tensors, with_tensors

_STATISTICS = ("moving_mean", "moving_variance", "mean", "variance", "count")  # not what an instructor calls weights

Changes = Sequence[Mapping[str, Any]]
"""Weights that have other values than the model's, one after the other.

``{"layers": [...], "weights": [...]}`` puts all weights of these layers, and these weights, to zero, statistics aside;
with a ``"name"``, one of a layer's weights has the ``"value"``.
"""


def handlers() -> dict[str, Callable[..., Any]]:
    """Return the handlers of one runtime, by name: ``load``, ``predict``, ``weights`` and ``gradients``."""
    runtime = _Runtime()
    return {name: getattr(runtime, name) for name in ("load", "predict", "weights", "gradients")}


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
        changes: Changes = (),
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
        changes
            Weights that have other values.

        Returns
        -------
        One array for each output, in the order of the graph.
        """
        loaded = self._begun(model)
        return loaded.predict(images, training, None if at is None else TensorRef(*at), loaded.changed(changes))

    def weights(
        self, model: int, layers: Sequence[int], weights: Sequence[int], changes: Changes = ()
    ) -> list[tuple[str, np.ndarray]]:
        """Return name and value of the weights of layers, then those of single weights."""
        loaded = self._begun(model)
        changed = {id(variable): value for variable, value in loaded.changed(changes)}
        found = loaded.variables(layers, weights)
        return [(name, np.asarray(changed.get(id(variable), variable))) for name, variable in found]

    def gradients(
        self,
        model: int,
        images: list[np.ndarray],
        of: list[np.ndarray] | None = None,
        training: bool = False,
        at: list[int] | None = None,
        changes: Changes = (),
    ) -> dict[str, Any]:
        """Return gradients of a weighted sum of a model's outputs.

        Parameters
        ----------
        model, images, training, changes
            As for `predict`.
        of
            For each output what its numbers count, broadcast to its shape; numbers drawn from a fixed seed where None.
        at
            Node and output number of a tensor whose gradient is returned as well.

        Returns
        -------
        ``inputs``: one array for each input, None for one of integers; ``at``: an array or None; ``layers`` and
        ``weights``: number of a layer, or of a single weight, with names and arrays, statistics left out.
        """
        loaded = self._begun(model)
        return loaded.gradients(images, of, training, None if at is None else TensorRef(*at), loaded.changed(changes))

    def _begun(self, model: int) -> _Loaded:
        """Return a loaded model whose weights have their numbers."""
        loaded = self._loaded[model]
        loaded.begin()
        return loaded


_Changed = Sequence[tuple[keras.Variable, Any]]
_Named = list[tuple[int, list[tuple[str, keras.Variable]]]]
"""Name and variable of weights, by the number of their layer, or their own."""


@dataclass(frozen=True)
class _Watched:
    """The weights that gradients are taken of."""

    layers: _Named
    weights: _Named


class _Loaded:
    """A rebuilt model and its sub-models that end at a step."""

    def __init__(self, graph: ModelGraph) -> None:
        self._graph = graph
        self._rebuilt = Rebuilt(graph, is_late=True)
        self._ends: dict[TensorRef, keras.Model] = {}

    def begin(self) -> None:
        """Give the weights their numbers, if they have none yet."""
        self._rebuilt.begin()

    def facts(self) -> Facts:
        """Measure shapes and count parameters."""
        rebuilt = self._rebuilt
        program = self._graph.programs[-1]
        made = []
        for index in range(len(program.nodes)):
            refs = itertools.takewhile(rebuilt.tensors.__contains__, (TensorRef(index, n) for n in itertools.count()))
            made.append([rebuilt.tensors[ref] for ref in refs])
        model = rebuilt.model
        return Facts(
            shapes=tuple(tuple(tuple(tensor.shape) for tensor in outputs) for outputs in made),
            dtypes=tuple(tuple(str(tensor.dtype) for tensor in outputs) for outputs in made),
            layer_parameters=tuple(_count(rebuilt.variables(number)) for number in range(len(self._graph.layers))),
            layer_trainable_parameters=tuple(
                0 if layer is None else _count(layer.trainable_weights) for layer in rebuilt.layers
            ),
            num_parameters=_count(model.weights),
            num_trainable_parameters=_count(model.trainable_weights),
        )

    def variables(self, layers: Sequence[int], weights: Sequence[int]) -> list[tuple[str, keras.Variable]]:
        """Return name and variable of the weights of layers, and of single weights."""
        of_layers = [named for layer in layers for named in self._of_layer(layer)]
        return of_layers + [(self._graph.weights[index].name, self._rebuilt.weight(index)) for index in weights]

    def changed(self, changes: Changes) -> list[tuple[keras.Variable, Any]]:
        """Return the variables that have other values, each with its value; the last change counts."""
        found: dict[int, tuple[keras.Variable, Any]] = {}
        for change in changes:
            variables = self.variables(change["layers"], change["weights"])
            if "value" not in change:
                zeros = [variable for _, variable in filter(_is_learnt, variables)]
                found.update({id(v): (v, ops.zeros(v.shape, v.dtype)) for v in zeros})
                continue
            name, variable = self._one(variables, change.get("name"))
            try:
                value = np.broadcast_to(change["value"], variable.shape)
            except ValueError:
                raise ModelRefused(
                    f"the weight `{name}` has the shape {tuple(variable.shape)}, it was given {change['value'].shape}"
                ) from None
            found[id(variable)] = variable, ops.convert_to_tensor(value, variable.dtype)
        return list(found.values())

    def predict(
        self, images: list[np.ndarray], training: bool, at: TensorRef | None, changed: _Changed
    ) -> list[np.ndarray]:
        """Run the model, or the part of it that ends at a tensor."""
        self._refuse_opaque()
        model = self._rebuilt.model if at is None else self._ending_at(at)
        step = len(images[0]) if training else self._rebuilt.batch_size  # statistics of a batch need all of it
        pieces = []
        for begin in range(0, max(len(images[0]), 1), max(step, 1)):
            batch = self._tensors([array[begin : begin + step] for array in images])
            with keras.StatelessScope(changed):
                pieces.append([np.asarray(each) for each in self._outputs(model, batch, training)])
        return [np.concatenate(parts) if parts[0].ndim else parts[-1] for parts in zip(*pieces, strict=True)]

    def gradients(
        self,
        images: list[np.ndarray],
        of: list[np.ndarray] | None,
        training: bool,
        at: TensorRef | None,
        changed: _Changed,
    ) -> dict[str, Any]:
        """Take the gradients of all weights and inputs, and of one tensor."""
        self._refuse_opaque()
        watched = self._watched()
        model = self._rebuilt.model if at is None else self._tapped(at)
        found = gradients.taken(
            lambda batch: self._outputs(model, batch, training),
            self._tensors(images),
            {id(variable): variable for _, named in (*watched.layers, *watched.weights) for _, variable in named},
            changed,
            of=of,
            is_tapped=at is not None,
        )

        def by_name(groups: _Named) -> list[Any]:
            return [[number, [[name, found.of_variables[id(v)]] for name, v in named]] for number, named in groups]

        return {
            "inputs": found.of_inputs,
            "at": found.of_tapped,
            "layers": by_name(watched.layers),
            "weights": by_name(watched.weights),
        }

    def _of_layer(self, number: int) -> list[tuple[str, keras.Variable]]:
        """Return name and variable of a layer's weights; those of a layer inside it are called "inner/kernel"."""
        layer = self._rebuilt.layers[number]
        return [] if layer is None else [(v.path.rpartition(f"{layer.name}/")[2], v) for v in layer.weights]

    def _watched(self) -> _Watched:
        layers = [(number, self._of_layer(number)) for number in range(len(self._graph.layers))]
        nodes = [node for program in self._graph.programs for node in program.nodes]
        refs = {ref for node in nodes for value in node_values(node) for ref in references(value)}
        used = sorted(ref.index for ref in refs if isinstance(ref, WeightRef))
        return _Watched(
            layers=[(number, list(filter(_is_learnt, each))) for number, each in layers if each],
            weights=[(index, [(self._graph.weights[index].name, self._rebuilt.weight(index))]) for index in used],
        )

    def _one(self, variables: list[tuple[str, keras.Variable]], name: str | None) -> tuple[str, keras.Variable]:
        found = [each for each in variables if name in (None, each[0])]
        if len(found) != 1:
            names = ", ".join(f"`{each}`" for each, _ in variables) or "none"
            raise ModelRefused(f"the layer has no weight `{name}`; its weights are: {names}")
        return found[0]

    def _refuse_opaque(self) -> None:
        if self._graph.opaque_nodes:
            node = self._graph.opaque_nodes[0]
            raise ModelRefused(f"the model cannot be run here, for `{node.name}` in it cannot be opened: {node.reason}")

    def _tensors(self, images: list[np.ndarray]) -> list[Any]:
        return [ops.convert_to_tensor(a, spec.dtype) for a, spec in zip(images, self._graph.inputs, strict=True)]

    def _outputs(self, model: keras.Model, batch: list[Any], training: bool) -> list[Any]:
        structure = with_tensors(self._graph.input, lambda ref: batch[ref.output])
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

    def _tapped(self, ref: TensorRef) -> keras.Model:
        """Return the model with one more output, the last one."""
        outputs = [self._rebuilt.tensors[each] for each in tensors(self._graph.programs[-1].output)]
        return keras.Model(self._rebuilt.tapped_input, [*outputs, self._rebuilt.tensors[ref]])


def _is_learnt(named: tuple[str, keras.Variable]) -> bool:
    """Return whether a weight is what an instructor calls one, and no statistic of what went through."""
    name, variable = named
    return name.rpartition("/")[2] not in _STATISTICS and "float" in variable.dtype


def _count(variables: Sequence[keras.Variable]) -> int:
    return sum(int(np.prod(variable.shape)) for variable in {id(v): v for v in variables}.values())
