"""Builds a genuine Keras model from a graph, in a process of ours.

Only constructors and operations of the allow-list are called (see `autograder.models.catalogue`): nothing is
loaded, deserialised or looked up by a name that a student chose. Weights are counted before memory is taken for
them, shapes that the graph claims are compared with those of the rebuilt model, and the result behaves in `fit`
and `predict` as the student's model would.

Importing this module runs nothing of TensorFlow and creates nothing of Keras.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import tree

from autograder.errors import ModelRefused
from autograder.models import bounds
from autograder.models.construct import first_line, make_layer
from autograder.models.graph import LayerNode, ModelGraph, Node, OpaqueNode, OperationNode, Program, TensorSpec
from autograder.models.operations import function
from autograder.models.parts import ConstantTensor, FixedTraining, OpaquePart, PhaseSwitch, WeightTensor
from autograder.models.values import INPUT, ConstantRef, Reference, TensorRef, WeightRef, replaced, with_tensors


def build(graph: ModelGraph, *, seed: int | None = None) -> keras.Model:
    """Return the model that a graph describes, not compiled.

    Parameters
    ----------
    graph
        A validated graph.
    seed
        Initialise all weights anew, from this seed. Without one the graph's own weights are loaded if it carries
        them; else they are initialised from seed 0.

    Raises
    ------
    ModelRefused
        If the model cannot be built, is too large, or is not what the graph claims; a sentence for the student.
    """
    return Rebuilt(graph, seed=seed).model


class Rebuilt:
    """A rebuilt model, and what of it belongs to which part of the graph.

    Parameters
    ----------
    graph, seed
        As for `build`.

    Attributes
    ----------
    model
        The Keras model.
    layers
        The Keras layer for each layer of the graph.
    tensors
        The symbolic outputs of the nodes of the graph's last program (that of training, where there are two).
    tapped_input
        The symbolic input that `tensors` are computed from, in its structure.
    """

    def __init__(self, graph: ModelGraph, *, seed: int | None = None) -> None:
        self.graph = graph
        self.layers: list[keras.Layer | None] = [None] * len(graph.layers)
        self.tensors: dict[TensorRef, Any] = {}
        self._loads = graph.has_weights and seed is None
        self._fixed: dict[tuple[int, bool], FixedTraining] = {}
        self._weight_tensors: dict[int, WeightTensor] = {}
        self._owners = _owners(graph)
        with _begun_from(seed or 0), _counted(_Budget(bounds.NUM_PARAMETERS), zeros=self._loads):
            self.model = self._built()
        self._check_weights()
        if self._loads:
            self._load()
        self._set_trainable()

    def variables(self, layer: int) -> list[keras.Variable]:
        """Return the weights of a layer of the graph, in Keras's order."""
        made = self.layers[layer]
        return [] if made is None else list(made.weights)

    def weight(self, index: int) -> keras.Variable:
        """Return the variable that is a weight of the graph."""
        holder = self._weight_tensors.get(index)
        if holder is not None:
            return holder.held
        layer, position = self._owners[index]
        return self.variables(layer)[position]

    def _built(self) -> keras.Model:
        """Build one functional model; a switch over two of them where training is another program."""
        models = []
        for program in self.graph.programs:
            inputs = self._inputs()
            self.tapped_input = self._structure(inputs)
            models.append(_functional(self.tapped_input, _as_keras(self._run(program, inputs))))
        if len(models) == 1:
            return models[0]
        shapes = [[tuple(tensor.shape) for tensor in tree.flatten(model.output)] for model in models]
        if shapes[0] != shapes[1]:
            raise ModelRefused(f"the model returns shapes {shapes[0]} in inference and {shapes[1]} in training")
        structure = self._structure(self._inputs())
        return _functional(structure, PhaseSwitch(*models)(structure))

    def _inputs(self) -> list[Any]:
        """Return a new symbolic tensor for each input; Keras wants those in a dict to be called like their keys."""
        structure = self.graph.input if isinstance(self.graph.input, Mapping) else {}
        names = {ref.output: name for name, ref in structure.items() if isinstance(ref, TensorRef)}
        return [
            keras.Input(batch_shape=spec.shape, dtype=spec.dtype, name=names.get(number))
            for number, spec in enumerate(self.graph.inputs)
        ]

    def _structure(self, inputs: Sequence[Any]) -> Any:
        """Return symbolic inputs as the model takes them."""
        return _as_keras(with_tensors(self.graph.input, lambda ref: inputs[ref.output]))

    def _run(self, program: Program, inputs: Sequence[Any]) -> Any:
        """Apply a program to symbolic inputs; its output."""
        tensors: dict[TensorRef, Any] = {TensorRef(INPUT, number): tensor for number, tensor in enumerate(inputs)}
        anchor = inputs[0]
        cache: dict[Reference, Any] = {}

        def of(ref: Reference) -> Any:
            if isinstance(ref, TensorRef):
                return tensors[ref]
            if ref not in cache:
                if isinstance(ref, WeightRef):
                    cache[ref] = self._weight_tensor(ref.index)(anchor)
                else:
                    cache[ref] = ConstantTensor(self.graph.constants[ref.index])(anchor)
            return cache[ref]

        for index, node in enumerate(program.nodes):
            made = tree.flatten(self._apply(node, of))
            _check_outputs(self._label(node), made, node.outputs)
            tensors.update({TensorRef(index, number): tensor for number, tensor in enumerate(made)})
        self.tensors = tensors
        return replaced(program.output, of)

    def _apply(self, node: Node, of: Any) -> Any:
        """Apply one node to symbolic tensors."""
        if isinstance(node, OpaqueNode):
            sentence = f"`{node.name}` cannot be run here: {node.reason}"
            return OpaquePart(node.outputs, sentence)(*[replaced(each, of) for each in node.args])
        if isinstance(node, OperationNode):
            args, kwargs = self._arguments(node, lambda ref: self._plain_constant(ref, of))
            call = function(node.operation)
        else:
            args, kwargs = self._arguments(node, of)
            call = self._callable(node)
        try:
            return call(*args, **kwargs)
        except ModelRefused:
            raise
        except Exception as error:  # Keras raises whatever it likes for arguments that do not fit
            raise ModelRefused(f"{self._label(node)} cannot be applied: {first_line(error)}") from error

    def _arguments(self, node: LayerNode | OperationNode, of: Any) -> tuple[list[Any], dict[str, Any]]:
        args = [_as_keras(replaced(each, of)) for each in node.args]
        return args, {name: _as_keras(replaced(each, of)) for name, each in node.kwargs.items()}

    def _plain_constant(self, ref: Reference, of: Any) -> Any:
        """Return a constant as the array it is, and anything else as a tensor: operations take both."""
        return self.graph.constants[ref.index] if isinstance(ref, ConstantRef) else of(ref)

    def _callable(self, node: LayerNode) -> keras.Layer:
        """Return the layer of a node, with its training flag fixed where the student's code fixes it."""
        layer = self.layers[node.layer]
        if layer is None:
            spec = self.graph.layers[node.layer]
            name = f"layer_{node.layer}_{spec.kind.lower()}"  # no operation is ever called so by Keras
            layer = self.layers[node.layer] = make_layer(spec.kind, spec.config, name=name, loads_weights=self._loads)
        if node.training == "follows":
            return layer
        key = (node.layer, node.training == "always")
        if key not in self._fixed:
            self._fixed[key] = FixedTraining(layer, key[1])
        return self._fixed[key]

    def _weight_tensor(self, index: int) -> WeightTensor:
        """Return the layer that hands out a weight; a weight of one of Keras's layers stays that layer's."""
        if index not in self._weight_tensors:
            weight = self.graph.weights[index]
            variable = None
            if index in self._owners:
                layer, position = self._owners[index]
                owned = self.variables(layer)
                if position >= len(owned):
                    raise ModelRefused(f"the weight `{weight.name}` is used before the layer that holds it")
                variable = owned[position]
            self._weight_tensors[index] = WeightTensor(weight, variable)
        return self._weight_tensors[index]

    def _label(self, node: Node) -> str:
        if isinstance(node, LayerNode):
            layer = self.graph.layers[node.layer]
            return f"`{layer.name}` ({layer.kind})"
        return f"the operation `{node.operation}`" if isinstance(node, OperationNode) else f"`{node.name}`"

    def _check_weights(self) -> None:
        """Compare the weights of each rebuilt layer with those that the graph says it has."""
        for spec, layer in zip(self.graph.layers, self.layers, strict=True):
            if spec.weights is None or layer is None:
                continue
            claimed = [self.graph.weights[index].shape for index in spec.weights]
            if claimed != [tuple(variable.shape) for variable in layer.weights]:
                raise ModelRefused(f"the weights of `{spec.name}` ({spec.kind}) do not have the shapes of such a layer")

    def _load(self) -> None:
        for spec, layer in zip(self.graph.layers, self.layers, strict=True):
            if layer is not None and spec.weights is not None:
                for index, variable in zip(spec.weights, layer.weights, strict=True):
                    variable.assign(self.graph.weights[index].value)
        for index, holder in self._weight_tensors.items():
            holder.held.assign(self.graph.weights[index].value)

    def _set_trainable(self) -> None:
        for spec, layer in zip(self.graph.layers, self.layers, strict=True):
            if layer is not None and not spec.trainable:
                layer.trainable = False


def _functional(inputs: Any, outputs: Any) -> keras.Model:
    try:
        return keras.Model(inputs, outputs)
    except (ValueError, TypeError) as error:
        raise ModelRefused(f"what the model returns is no structure of tensors: {first_line(error)}") from error


def _owners(graph: ModelGraph) -> dict[int, tuple[int, int]]:
    """Return for each weight the layer of Keras that holds it, and its place there."""
    owners: dict[int, tuple[int, int]] = {}
    for number, layer in enumerate(graph.layers):
        for position, index in enumerate(layer.weights or ()):
            if owners.setdefault(index, (number, position)) != (number, position):
                raise ModelRefused(
                    f"the layers `{graph.layers[owners[index][0]].name}` and `{layer.name}` share a weight"
                )
    return owners


def _as_keras(value: Any) -> Any:
    """Return a structure as Keras takes it: it tells lists from tuples in the inputs of merging layers."""
    if isinstance(value, tuple) and any(isinstance(each, keras.KerasTensor) for each in value):
        return [_as_keras(each) for each in value]
    return value


def _check_outputs(label: str, made: Sequence[Any], claimed: tuple[TensorSpec, ...] | None) -> None:
    """Hold the symbolic outputs of a node against its claim and against the bounds."""
    for tensor in made:
        size = int(np.prod([n for n in tensor.shape if n is not None], dtype=object))
        if size > bounds.NUM_ACTIVATIONS:
            raise ModelRefused(
                f"{label} makes {size:,} numbers of one image: at most {bounds.NUM_ACTIVATIONS:,} are accepted"
            )
    if claimed is None:
        if len(made) != 1:
            raise ModelRefused(f"{label} has {len(made)} outputs, one was expected")
        return
    shapes = [tuple(tensor.shape) for tensor in made]
    if shapes != [spec.shape for spec in claimed]:
        said = ", ".join(str(spec.shape) for spec in claimed)
        raise ModelRefused(f"{label} is said to return {said}, but it returns {', '.join(map(str, shapes))}")


class _Budget:
    """Counts parameters before memory is taken for them."""

    def __init__(self, left: int) -> None:
        self._left = left

    def take(self, shape: Any) -> None:
        sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
        self._left -= int(np.prod([n for n in sizes if n is not None], dtype=object))
        if self._left < 0:
            raise ModelRefused(
                f"the model has more than {bounds.NUM_PARAMETERS:,} parameters: that many are not accepted"
            )


@contextlib.contextmanager
def _counted(budget: _Budget, zeros: bool) -> Iterator[None]:
    """Let every weight that a layer adds pass the budget first; begin them at zero where they are loaded anyway."""
    original = keras.Layer.add_weight

    def add_weight(self: keras.Layer, shape: Any = None, initializer: Any = None, *args: Any, **kwargs: Any) -> Any:
        budget.take(shape)
        return original(self, shape, "zeros" if zeros else initializer, *args, **kwargs)

    keras.Layer.add_weight = add_weight
    try:
        yield
    finally:
        keras.Layer.add_weight = original


@contextlib.contextmanager
def _begun_from(seed: int) -> Iterator[None]:
    """Draw the seeds of initialisers and of dropout from one seed; Keras takes them from `random`."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
