"""What a suite holds of a student's model: queries on a normalised graph, and the model's behaviour.

A `ModelView` never looks at the student's process. The graph was validated, a genuine Keras model was built
from it by our own code in a process of ours, and every shape, number and prediction comes from that model.
Here is pure Python and NumPy: no Keras, no TensorFlow.

The graph is *normalised*, so that a check does not see style. A `Step` is one thing that the model does to a
tensor:

* an activation is a step of its own, whether it was written as a layer, as the argument of another layer, or
  as a function: its kind is Keras's class ("ReLU", "Softmax", "LeakyReLU", "Gelu", ...);
* `Add()`, `x + y`, `tf.add` and `keras.ops.add` are "Add"; `Concatenate()`, `tf.concat` and
  `keras.ops.concatenate` are "Concatenate";
* a mean over height and width is "GlobalAveragePooling2D"; a reshape or squeeze to one axis is "Flatten";
* multiplying by, dividing by or adding a constant number is "Rescaling";
* `tf.nn.conv2d` or `tf.matmul` with a weight, and the bias after it, are "Conv2D" and "Dense";
* `InputLayer`, `Identity` and `Activation("linear")` are not there at all; nested models are opened;
* what does not lead to an output is not there either (see `ModelView.unused`).

Kinds are the names of Keras's classes ("Conv2D", "MaxPooling2D", "BatchNormalization"); an operation without a
layer of its own has the name of its `keras.ops` function in camel case ("Matmul", "Transpose"). Wherever a
kind is asked for, a pattern will do: "*Pooling2D" matches "MaxPooling2D" and "GlobalAveragePooling2D".

>>> [step.kind for step in view.steps]
['Conv2D', 'BatchNormalization', 'ReLU', 'GlobalAveragePooling2D', 'Dense', 'Softmax']
>>> convolutions = view.layers("Conv2D")
>>> all(view.follows(step, "BatchNormalization", "ReLU") for step in convolutions)
True
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from autograder.errors import ModelRefused
from autograder.models.facts import Facts
from autograder.models.graph import ModelGraph, Shape, UnusedLayer
from autograder.models.normalise import normalised
from autograder.models.shortcuts import Shortcut, find_shortcuts
from autograder.models.splitting import split_activations
from autograder.models.steps import START, Step
from autograder.models.table import steps_table
from autograder.models.values import TensorRef, Value, tensors, with_tensors

__all__ = ["ModelView", "OpaquePart", "RuntimePort", "Shape", "Shortcut", "Step", "UnusedLayer"]


class RuntimePort(Protocol):
    """Asks a process of ours that runs `autograder.models.runtime`."""

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        """Return the handler's answer; raises `ModelRefused` or `InfrastructureError`."""


@dataclass(frozen=True)
class OpaquePart:
    """A part of the model that could not be opened; `reason` is a sentence for the student."""

    name: str
    reason: str


class ModelView:
    """A model of a student, as a suite sees it.

    Parameters
    ----------
    graph
        The validated graph.
    runtime
        Where the model is rebuilt and run.

    Raises
    ------
    ModelRefused
        If the model cannot be rebuilt; the message is a sentence for the student.
    """

    def __init__(self, graph: ModelGraph, runtime: RuntimePort) -> None:
        self._graph = graph
        self._runtime = runtime
        self._split = split_activations(graph)
        loaded = runtime.ask("load", graph=self._split.to_data())
        self._model: int = loaded["model"]
        self._facts = Facts.from_data(loaded["facts"])
        self._wiring = normalised(self._split, self._facts)
        self._zero_layers: frozenset[int] = frozenset()
        self._zero_weights: frozenset[int] = frozenset()

    # What it is -----------------------------------------------------------------------------------------------

    @property
    def graph(self) -> ModelGraph:
        """The graph as it was traced: what a training is given."""
        return self._graph

    @property
    def input_shape(self) -> Any:
        """Shape of the input, None for the batch: `(None, 32, 32, 3)`; a tuple of shapes where there are several."""
        return with_tensors(self._graph.input, lambda ref: self._graph.inputs[ref.output].shape)

    @property
    def output_shape(self) -> Any:
        """Shape of the output, None for the batch: `(None, 10)`.

        A tuple of shapes, or a dict of them, where the model returns several outputs.
        """
        return with_tensors(self._split.programs[-1].output, self._shape)

    @property
    def num_parameters(self) -> int:
        """Weights of all layers that lead to an output, each shared one once.

        Raises
        ------
        ModelRefused
            If a part of the model could not be opened: its weights cannot be counted.
        """
        self._refuse_opaque("the parameters cannot be counted")
        return self._facts.num_parameters

    @property
    def num_trainable_parameters(self) -> int:
        """Those of `num_parameters` that training changes."""
        self._refuse_opaque("the parameters cannot be counted")
        return self._facts.num_trainable_parameters

    @property
    def num_non_trainable_parameters(self) -> int:
        """Those of `num_parameters` that training does not change: moving statistics, and frozen layers."""
        return self.num_parameters - self.num_trainable_parameters

    @property
    def opaque(self) -> tuple[OpaquePart, ...]:
        """Parts that could not be opened. Where there are any, `predict` and the counts raise `ModelRefused`."""
        return tuple(OpaquePart(node.name, node.reason) for node in self._graph.opaque_nodes)

    @property
    def unused(self) -> tuple[UnusedLayer, ...]:
        """Layers that the student's model holds and that lead to no output, as the student's process told."""
        return self._graph.unused

    # Steps and paths ------------------------------------------------------------------------------------------

    @property
    def steps(self) -> tuple[Step, ...]:
        """Everything that leads to an output, in the order of computation."""
        return self._wiring.steps

    def operations(self, kind: str | Collection[str] | None = None) -> tuple[Step, ...]:
        """Return every step of a kind (or of any kind), in the order of computation.

        >>> len(view.operations("Add"))
        3
        >>> view.operations(("MaxPooling2D", "AveragePooling2D"))
        ()
        """
        return tuple(step for step in self.steps if step.is_a(kind))

    def layers(self, kind: str | Collection[str] | None = None) -> tuple[Step, ...]:
        """Return the steps of a kind, but a layer *with weights* that is used in several places only once.

        So `len(view.layers("BatchNormalization")) < len(view.operations("BatchNormalization"))` says that one
        normalisation is shared.

        >>> [step.config["filters"] for step in view.layers("Conv2D")]
        [48, 128, 192, 192, 128]
        >>> view.layers("*Pooling*")   # any kind of pooling, global ones included
        """
        seen: set[object] = set()
        found = []
        for step in self.operations(kind):
            identity = _identity(step)
            if identity not in seen:
                seen.add(identity)
                found.append(step)
        return tuple(found)

    def uses(self, step: Step) -> tuple[Step, ...]:
        """Return every step that applies the same layer, `step` itself included."""
        return tuple(each for each in self.steps if _identity(each) == _identity(self._own(step)))

    def before(self, step: Step, through: Collection[str] = ()) -> tuple[Step, ...]:
        """Return the steps whose output `step` takes, in the order of its arguments.

        The model's own input is no step: a first layer has nothing before it.

        Parameters
        ----------
        step
            A step of this model.
        through
            Kinds to look through, as if they were not there: `("Dropout",)`.
        """
        sources = self._wiring.before(self._own(step).index, through)
        return tuple(self.steps[source.step] for source in sources if source.step != START)

    def after(self, step: Step, through: Collection[str] = ()) -> tuple[Step, ...]:
        """Return the steps that take the output of `step`; empty where it only is an output of the model."""
        return tuple(self.steps[index] for index in self._wiring.after(self._own(step).index, through))

    def is_output(self, step: Step, through: Collection[str] = ()) -> bool:
        """Return whether the output of `step` is an output of the model."""
        return self._wiring.is_output(self._own(step).index, through)

    def follows(self, step: Step, *kinds: str, through: Collection[str] = ()) -> bool:
        """Return whether on *every* path from `step` these kinds come next, in this order.

        A path that ends before (an output of the model) does not.

        >>> view.follows(convolution, "BatchNormalization", "ReLU")
        True
        >>> view.follows(dense, "ReLU", "Dense", through=("Dropout",))
        True

        Parameters
        ----------
        step
            A step of this model.
        *kinds
            What has to come next, then after that, and so on: kinds or patterns.
        through
            Kinds to look through, as if they were not there.
        """
        reached = {self._own(step).index}
        for kind in kinds:
            taken: set[int] = set()
            for index in reached:
                next_ones = self._wiring.after(index, through)
                is_end = self._wiring.is_output(index, through) or not next_ones
                if is_end or not all(self.steps[each].is_a(kind) for each in next_ones):
                    return False
                taken.update(next_ones)
            reached = taken
        return True

    def between(self, start: Step | None, end: Step) -> tuple[Step, ...]:
        """Return the steps on any path from `start` to `end`, without these two.

        `start` None is the model's input.
        """
        below = self._wiring.descendants(START if start is None else self._own(start).index)
        found = below & self._wiring.ancestors(self._own(end).index)
        return tuple(self.steps[index] for index in sorted(found) if self.steps[index] not in (start, end))

    def shortcuts(self, merge: str = "Add") -> tuple[Shortcut, ...]:
        """Return the shortcuts of the model, in the order of computation.

        A merge counts where its operands come from one earlier tensor, along ways of which one skips layers:
        it is an identity, or has fewer or smaller layers than the other. `x + x` is no shortcut, nor is the
        sum of two branches that start nowhere in common, nor the addition of a bias.

        >>> [(s.kind, s.num_convolutions) for s in view.shortcuts()]
        [('identity', 2), ('projection', 2), ('identity', 2)]
        >>> view.shortcuts()[0].start is None     # joins the model's own input
        True

        Parameters
        ----------
        merge
            Kind of the step that joins: "Add", or "Concatenate" for an encoder-decoder's.
        """
        return find_shortcuts(self._wiring, merge)

    # Behaviour ------------------------------------------------------------------------------------------------

    def predict(self, images: Any, training: bool = False, *, at: Step | None = None) -> Any:
        """Return what the rebuilt model computes.

        Nothing is kept: batch statistics are used in training mode, but later predictions do not notice.
        Dropout draws the same mask each time.

        Parameters
        ----------
        images : (n, height, width, channels) array
            Or whatever the model takes; a list, tuple or dict of arrays for a model with several inputs.
        training
            Whether the model runs as it does in `fit`.
        at
            Return the output of this step in place of the model's.

        Returns
        -------
        float32 array (n, ...); a tuple or dict of arrays where the model returns several.

        Raises
        ------
        ModelRefused
            If a part of the model could not be opened, or the model cannot take these images.
        """
        arrays = self._input_arrays(images)
        found = self._runtime.ask(
            "predict",
            model=self._model,
            images=arrays,
            training=bool(training),
            at=None if at is None else [self._own(at).tensor.node, self._own(at).tensor.output],
            zero_layers=sorted(self._zero_layers),
            zero_weights=sorted(self._zero_weights),
        )
        if at is not None:
            return found[0]
        output = self._split.programs[-1].output
        places = dict(zip(tensors(output), found, strict=True))
        return with_tensors(output, places.__getitem__)

    def weights(self, step: Step) -> dict[str, np.ndarray]:
        """Return the weights of a step by their name in Keras: "kernel", "bias", "gamma", "moving_mean", ..."""
        layers = [] if self._own(step).layer is None else [step.layer]
        found = self._runtime.ask(
            "weights",
            model=self._model,
            layers=layers,
            weights=list(step.weights),
            zero_layers=sorted(self._zero_layers),
            zero_weights=sorted(self._zero_weights),
        )
        return dict(found)

    def with_zero_weights(self, where: Step | Iterable[Step] | None = None) -> ModelView:
        """Return the same model with weights at zero: kernels, biases, gamma and beta; never moving statistics.

        A layer that is used in several places is at zero in all of them.

        >>> shortcut, = block.shortcuts()
        >>> zeroed = block.with_zero_weights(shortcut.branch)     # the projection keeps its weights
        >>> output = zeroed.predict(images)

        Parameters
        ----------
        where
            Steps whose weights become zero; every step where None. Steps without weights may be among them.
        """
        steps = self.steps if where is None else (where,) if isinstance(where, Step) else tuple(where)
        layers = {step.layer for step in map(self._own, steps) if step.layer is not None}
        zeroed = copy.copy(self)
        weights = {weight for step in steps for weight in step.weights}
        vars(zeroed).update(_zero_layers=self._zero_layers | layers, _zero_weights=self._zero_weights | weights)
        return zeroed

    def table(self) -> str:
        """Return the steps as a table in plain text, for people."""
        opaque = [f"`{part.name}` cannot be opened: {part.reason}" for part in self.opaque]
        unused = ", ".join(f"{layer.name} ({layer.kind})" for layer in self.unused)
        counts = [] if opaque else [f"{self.num_parameters:,} parameters, {self.num_trainable_parameters:,} trainable"]
        return steps_table(self._wiring, "\n".join([*counts, *opaque, *([f"unused: {unused}"] if unused else [])]))

    # Smaller parts --------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"ModelView({self._graph.name!r}, {len(self.steps)} steps)"

    def _own(self, step: Step) -> Step:
        """Return a step, which has to be one of this model."""
        if not 0 <= step.index < len(self.steps) or self.steps[step.index] is not step:
            raise ValueError(f"{step} is a step of another model")
        return step

    def _shape(self, ref: TensorRef) -> Shape:
        return self._facts.shapes[ref.node][ref.output] if ref.node != START else self._graph.inputs[ref.output].shape

    def _refuse_opaque(self, what: str) -> None:
        for part in self.opaque:
            raise ModelRefused(f"{what}, for `{part.name}` in the model cannot be opened: {part.reason}")

    def _input_arrays(self, images: Any) -> list[np.ndarray]:
        """Return one array for each input of the model, in the order of the graph."""
        arrays: list[np.ndarray] = [np.zeros(0)] * len(self._graph.inputs)
        for ref, array in _matched(self._graph.input, images):
            wanted = self._graph.inputs[ref.output].shape
            array = np.asarray(array)
            fits = len(array.shape) == len(wanted) and all(
                n in (None, m) for n, m in zip(wanted[1:], array.shape[1:], strict=True)
            )
            if not fits:
                raise ModelRefused(f"the model takes images of shape {wanted[1:]}, it was given {array.shape[1:]}")
            arrays[ref.output] = array
        return arrays


def _identity(step: Step) -> object:
    """Return what two steps share that apply the same weights."""
    if step.num_parameters == 0:
        return step.index
    return (step.layer, step.weights)


def _matched(structure: Value, images: Any) -> list[tuple[TensorRef, Any]]:
    """Return each input of a model with the array for it."""
    if isinstance(structure, TensorRef):
        return [(structure, images)]
    if isinstance(structure, Mapping) and isinstance(images, Mapping) and set(structure) == set(images):
        return [pair for name in structure for pair in _matched(structure[name], images[name])]
    if isinstance(structure, tuple) and isinstance(images, list | tuple) and len(images) == len(structure):
        return [pair for part, array in zip(structure, images, strict=True) for pair in _matched(part, array)]
    raise ModelRefused("the model takes several inputs, and other ones than it was given")
