"""Builds a genuine Keras model from a graph, in a process of ours.

Only constructors and operations of the allow-list are called (see `autograder.models.catalogue`): nothing is
loaded, deserialised or looked up by a name that a student chose. Weights are counted before memory is taken for
them, shapes that the graph claims are compared with those of the rebuilt model, and the result behaves in `fit`
and `predict` as the student's model would.

Importing this module runs nothing of TensorFlow and creates nothing of Keras.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import tree

from autograder.errors import ModelRefused
from autograder.models import bounds, quick
from autograder.models.budget import Budget, num_hidden_activations, num_hidden_of_operation, require_modest
from autograder.models.construct import first_line, make_layer
from autograder.models.filling import (
    begin_as_told,
    begins_as_told,
    begun_from,
    counted,
    load,
    require_same_shapes,
    set_trainable,
)
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
    is_late
        Leave the weights until `begin` is called where their numbers are drawn: to draw them is a good part of
        building a model, and many are only looked at.

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
    budget
        What the model took.
    """

    def __init__(self, graph: ModelGraph, *, seed: int | None = None, is_late: bool = False) -> None:
        self.graph = graph
        self.layers: list[keras.Layer | None] = [None] * len(graph.layers)
        self.tensors: dict[TensorRef, Any] = {}
        self._loads = graph.has_weights and seed is None
        self._fixed: dict[tuple[int, bool], FixedTraining] = {}
        self._weight_tensors: dict[int, WeightTensor] = {}
        self._owners = _owners(graph)
        require_modest(graph)
        self.budget = Budget()
        is_late = is_late and not self._loads and not any(map(begins_as_told, graph.layers))
        late = keras.StatelessScope(initialize_variables=False) if is_late else contextlib.nullcontext()
        with begun_from(seed or 0), counted(self.budget, zeros=self._loads):
            with late:
                self.model = self._built()
            require_same_shapes(graph, self.layers)
            if not self._loads:
                begin_as_told(graph, self.layers)
        if self._loads:
            load(graph, self.layers)
            for index, holder in self._weight_tensors.items():
                holder.held.assign(graph.weights[index].value)
        set_trainable(graph, self.layers)

    def begin(self) -> None:
        """Draw the weights that were left, of this model and of all that were built late before.

        They are tensors then, and the model runs within a `keras.StatelessScope` only.
        """
        with quick.drawing_tensors(), keras.StatelessScope():
            pass  # leaving one is where Keras gives variables that have none their values

    @property
    def batch_size(self) -> int:
        """How many images may go through the model at once."""
        return max(1, min(bounds.BATCH, bounds.NUM_AT_ONCE // self.budget.most_activations))

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
        try:
            return [
                keras.Input(batch_shape=spec.shape, dtype=spec.dtype, name=names.get(number))
                for number, spec in enumerate(self.graph.inputs)
            ]
        except (ValueError, TypeError) as error:
            raise ModelRefused(f"the model takes no input that can be made here: {first_line(error)}") from error

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
            self._take(node, made, of)
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
            self.budget.take_turns(self._label(node), self.graph.layers[node.layer], _shapes((args, kwargs)))
            call = self._callable(node)
        if not _shapes((args, kwargs)):  # it would be computed at once, whatever that takes
            raise ModelRefused(f"{self._label(node)} is given nothing that is computed from the input")
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
            layer = self.layers[node.layer] = make_layer(spec.kind, spec.config, name=name)
        if node.training == "follows":
            return layer
        key = (node.layer, node.training == "always")
        if key not in self._fixed:
            self._fixed[key] = FixedTraining(layer, key[1])
        return self._fixed[key]

    def _take(self, node: Node, made: Sequence[Any], of: Any) -> None:
        """Count what a node took."""
        if isinstance(node, OpaqueNode):
            self.budget.take_outputs(self._label(node), _shapes(made))
            return
        taken, outputs = _shapes(self._arguments(node, of)), _shapes(made)
        if isinstance(node, LayerNode):
            weights = [tuple(variable.shape) for variable in self.variables(node.layer)]
            hidden = num_hidden_activations(self.graph.layers[node.layer], taken)
            self.budget.take_outputs(self._label(node), outputs, taken, hidden=hidden, weights=weights)
        else:
            hidden = num_hidden_of_operation(node.operation, taken, outputs)
            self.budget.take_outputs(self._label(node), outputs, taken, hidden=hidden)

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
    """Hold the symbolic outputs of a node against its claim."""
    if not all(isinstance(each, keras.KerasTensor) for each in made):
        raise ModelRefused(f"{label} returns something that is no tensor")
    if claimed is None:
        if len(made) != 1:
            raise ModelRefused(f"{label} has {len(made)} outputs, one was expected")
        return
    shapes = [tuple(tensor.shape) for tensor in made]
    if shapes != [spec.shape for spec in claimed]:
        said = ", ".join(str(spec.shape) for spec in claimed)
        raise ModelRefused(f"{label} is said to return {said}, but it returns {', '.join(map(str, shapes))}")


def _shapes(structure: Any) -> list[tuple[int | None, ...]]:
    """Return the shapes of the symbolic tensors in a structure."""
    return [tuple(each.shape) for each in tree.flatten(structure) if isinstance(each, keras.KerasTensor)]
