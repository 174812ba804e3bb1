"""Describes a Keras model, layer or function of tensors as data, in the process where student code runs.

Nothing of what comes out is trusted by whoever reads it: a student can patch every line of this. What they can
bring about is that another model is described, never that a model does something that is not described.

Importing this module runs nothing of TensorFlow and creates nothing of Keras.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
from keras import tree

from autograder.errors import ModelRefused
from autograder.models import keras_private, values
from autograder.models.catalogue import DTYPES
from autograder.models.flags import required_parameters
from autograder.models.graph import Interface, ModelGraph, Program, TensorSpec
from autograder.models.opening import Opening
from autograder.models.passes import merged_passes
from autograder.models.pruning import called_layers, live_layers, pruned
from autograder.models.tape import Tape
from autograder.models.unsupported import Unsupported
from autograder.models.unused import unused_layers
from autograder.models.values import INPUT, TensorRef, Value

_UNSTABLE = "it computes with numbers that are new at each call, such as random ones"


def trace(
    target: Any,
    *,
    input_shape: tuple[int | None, ...] | None = None,
    dtype: str = "float32",
    weights: bool = True,
    as_block: bool | None = None,
    called_on: tuple[int | None, ...] | None = None,
) -> dict[str, Any]:
    """Return the graph of a model as plain data.

    Parameters
    ----------
    target
        A Keras model or layer, or a function from a tensor to a tensor.
    input_shape
        Shape of the input with None for the batch; needed where the target does not know its own.
    dtype
        Of the input, where `input_shape` is given or the model does not say.
    weights
        Whether the values of weights are part of the result.
    as_block
        Whether the target is a part of a larger model, so that the training flag comes from there. Without it, a
        model whose `call` has no `training` argument stays in inference mode in `fit`, as Keras has it. By default
        everything is a block but a model that is traced without an `input_shape`.
    called_on
        Shape of the input of a model that was never called, with None for the batch; one that was keeps its own.

    Raises
    ------
    ModelRefused
        If the target cannot be described; the message is a sentence for the student.
    Exception
        Whatever the student's code raises when it is applied to a tensor.
    """
    if as_block is None:
        as_block = input_shape is not None or not isinstance(target, keras.Model)
    name = str(getattr(target, "name", None) or getattr(target, "__name__", "model"))
    tracer = _Tracer(target, name, _input_structure(target, input_shape, called_on, dtype), as_block, weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of calling layers before they are built, as a trace does
        return tracer.graph().to_data()


@dataclass(frozen=True)
class _Pass:
    """What one run of student code gave."""

    program: Program
    constants: tuple[str, ...]
    owners: tuple[object, ...]
    told_training: bool
    entered: tuple[keras.Layer, ...]
    left_closed: tuple[keras.Layer, ...]


class _Tracer:
    def __init__(self, target: Any, name: str, specs: Any, as_block: bool, with_weights: bool) -> None:
        self._target = target
        self._name = name
        self._specs = specs
        self._as_block = as_block
        self._tape = Tape(with_weights)
        self._is_layer = isinstance(target, keras.Layer)
        self._closed: dict[int, str] = {}

    def graph(self) -> ModelGraph:
        """Run student code as often as it takes, and put the passes together."""
        first = self._stable_pass()
        num_layers = len(self._tape.layers)
        if not first.told_training:
            return self._finished(self._single(first.program), first)
        second = self._run(phase=True)
        merged = merged_passes(self._single(first.program), self._single(second.program))
        if merged is None:
            if not self._is_layer and len(self._tape.layers) > num_layers:
                raise ModelRefused(
                    f"`{self._name}` makes new layers whenever it is called, and does another thing in training: "
                    "make the layers once, outside"
                )
            merged = replace(self._single(first.program), training_program=second.program)
        return self._finished(merged, first, second)

    def _single(self, program: Program) -> ModelGraph:
        """Return a graph of one program, with everything that was met."""
        inputs = [TensorSpec(tuple(spec.shape), spec.dtype) for spec in tree.flatten(self._specs)]
        references = [TensorRef(INPUT, number) for number in range(len(inputs))]
        return ModelGraph(
            name=self._name,
            inputs=tuple(inputs),
            input=_structure_value(tree.pack_sequence_as(self._specs, references)),
            layers=tuple(self._tape.layers),
            weights=self._tape.finished_weights(
                keras_private.trainable_weights(self._target) if self._is_layer else None
            ),
            constants=tuple(self._tape.constants),
            program=program,
        )

    def _finished(self, graph: ModelGraph, *passes: _Pass) -> ModelGraph:
        unused = unused_layers(
            self._target,
            self._tape.layers_met,
            called=called_layers(passes[0].program),
            live=set().union(*(live_layers(each.program) for each in passes)),
            entered=[layer for each in passes for layer in each.entered],
            left_closed=[layer for each in passes for layer in each.left_closed],
        )
        if self._is_layer:
            self._tape.remark_untracked(keras_private.weights(self._target))
        return replace(
            pruned(graph), unused=unused, remarks=tuple(self._tape.remarks), interface=_interface(self._target)
        )

    def _stable_pass(self) -> _Pass:
        """Run until no constant changes from run to run; what makes one that does is closed."""
        while True:
            first = self._run(phase=False)
            if not first.constants:
                return first
            second = self._run(phase=False)
            if first.constants == second.constants:
                return first
            pairs = zip(first.constants, second.constants, first.owners, strict=False)
            owner = next((owner for a, b, owner in pairs if a != b), None)
            if owner is None or id(owner) in self._closed:
                raise ModelRefused(f"`{self._name}` cannot be described: {_UNSTABLE}")
            self._closed[id(owner)] = _UNSTABLE

    def _run(self, phase: bool) -> _Pass:
        tape = self._tape
        tape.rewind()
        opening = Opening(tape, phase, self._as_block, self._closed)
        tensors = tree.map_structure(lambda spec: keras.KerasTensor(spec.shape, spec.dtype), self._specs)
        for number, tensor in enumerate(tree.flatten(tensors)):
            tape.put(tensor, TensorRef(INPUT, number))
        try:
            _require_numbers(self._name, tensors)
            output = tape.value(opening.run(self._target, tensors, self._name))
        except Unsupported as error:
            raise ModelRefused(f"`{self._name}` cannot be described: {error}") from error
        if not values.tensors(output):
            raise ModelRefused(f"`{self._name}` returns nothing that is computed from its input")
        if not _is_of_tensors(output):
            raise ModelRefused(
                f"`{self._name}` returns something beside its outputs that is not computed, such as None"
            )
        return _Pass(
            program=Program(tuple(tape.nodes), output),
            constants=tuple(digest for digest, _ in tape.constants_met),
            owners=tuple(owner for _, owner in tape.constants_met),
            told_training=opening.flags.was_told,
            entered=tuple(opening.entered),
            left_closed=tuple(opening.left_closed),
        )


def _interface(target: Any) -> Interface:
    """Return with which of Keras's interfaces a model was written."""
    if not isinstance(target, keras.Model):
        return ""
    if isinstance(target, keras.Sequential):
        return "sequential"
    return "functional" if keras_private.is_functional(target) else "subclassed"


def _is_of_tensors(output: Value) -> bool:
    """Return whether nothing but computed tensors is in an output."""
    if isinstance(output, tuple):
        return all(map(_is_of_tensors, output))
    return isinstance(output, TensorRef) or (isinstance(output, Mapping) and all(map(_is_of_tensors, output.values())))


def _require_numbers(name: str, tensors: Any) -> None:
    """Refuse a model that takes something else than numbers."""
    for tensor in tree.flatten(tensors):
        if tensor.dtype not in DTYPES:
            raise ModelRefused(
                f"`{name}` takes inputs of the format `{tensor.dtype}`: only numbers can be checked here"
            )


def _input_structure(target: Any, input_shape: Any, called_on: Any, dtype: str) -> Any:
    """Return the shape and dtype of what the target takes, as symbolic tensors in the structure of its input."""
    if input_shape is not None:
        return keras.KerasTensor(tuple(input_shape), dtype)
    if not isinstance(target, keras.Layer):
        raise ModelRefused("the shape of the input is not known")
    structure = keras_private.input_structure(target) if keras_private.runs_its_graph(target) else None
    if structure is not None:
        flat = tree.flatten(structure)
        return flat[0] if len(flat) == 1 and not isinstance(structure, dict) else structure
    needed = [name for name in required_parameters(target.call) if name not in ("training", "mask")]
    if len(needed) > 1:
        names = " and ".join(f"`{name}`" for name in needed)
        raise ModelRefused(f"`{target.name}` takes several arguments, {names}: let `call` take one list of tensors")
    shape = keras_private.built_for(target) or called_on
    if not shape:
        raise ModelRefused(
            f"`{target.name}` does not know the shape of its input: begin it with `keras.Input`, or call it on images"
        )
    return _from_shapes(shape, dtype)


def _from_shapes(shape: Any, dtype: str) -> Any:
    """Return symbolic tensors for a shape, or a structure of shapes, that a model was called with."""
    if isinstance(shape, Mapping):
        return {name: _from_shapes(each, dtype) for name, each in shape.items()}
    if all(size is None or isinstance(size, int) for size in shape):
        return keras.KerasTensor((None, *shape[1:]), dtype)
    return [_from_shapes(each, dtype) for each in shape]


def _structure_value(structure: Any) -> Value:
    """Return a structure of references with tuples in place of lists."""
    if isinstance(structure, list | tuple):
        return tuple(_structure_value(each) for each in structure)
    if isinstance(structure, Mapping):
        return {str(name): _structure_value(each) for name, each in structure.items()}
    value: Value = structure
    return value
