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
  resizing to a multiple of the size is "UpSampling2D";
* multiplying by, dividing by or adding a constant number is "Rescaling";
* `tf.nn.conv2d` or `tf.matmul` with a weight, and the bias after it, are "Conv2D" and "Dense";
* `InputLayer`, `Identity` and `Activation("linear")` are not there at all; nested models are opened;
* what acts in training only, such as dropout, is a step, and is looked through on paths;
* what does not lead to an output is not there either (see `ModelView.unused`).

Kinds are the names of Keras's classes ("Conv2D", "MaxPooling2D", "BatchNormalization"); an operation without a
layer of its own has the name of its `keras.ops` function in camel case ("Matmul", "Transpose"). Wherever a
kind is asked for, a pattern will do: "*Pooling2D" matches "MaxPooling2D" and "GlobalAveragePooling2D".

What can be asked without running the model is in `autograder.models.paths` and `autograder.models.structure`; the
examples are of the same models.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.errors import ModelRefused
from autograder.models.graph import ModelGraph, Shape, UnusedLayer
from autograder.models.normalise import normalised
from autograder.models.paths import Steps, identity
from autograder.models.remote import Gradients, RemoteModel, RuntimePort
from autograder.models.shortcuts import Shortcut
from autograder.models.splitting import split_activations
from autograder.models.steps import START, Step
from autograder.models.structure import Structure
from autograder.models.values import TensorRef, with_tensors

__all__ = ["Gradients", "ModelView", "OpaquePart", "RuntimePort", "Shape", "Shortcut", "Step", "UnusedLayer"]


@dataclass(frozen=True)
class OpaquePart:
    """A part of the model that could not be opened; `reason` is a sentence for the student."""

    name: str
    reason: str


class ModelView(Structure):
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
        self._remote, self._facts = RemoteModel.load(split_activations(graph), runtime)
        super().__init__(normalised(self._remote.graph, self._facts), [spec.shape for spec in graph.inputs])

    @property
    def graph(self) -> ModelGraph:
        """The graph as it was traced: what a training is given."""
        return self._graph

    @property
    def input_shape(self) -> Any:
        """Shape of the input, None for the batch; a tuple of shapes, or a dict of them, where there are several.

        >>> view.input_shape
        (None, 16, 16, 3)
        """
        return with_tensors(self._graph.input, lambda ref: self._graph.inputs[ref.output].shape)

    @property
    def output_shape(self) -> Any:
        """Shape of the output, None for the batch; a tuple of shapes, or a dict of them, where there are several.

        >>> view.output_shape
        (None, 10)
        """
        return with_tensors(self._remote.graph.programs[-1].output, self._shape)

    @property
    def num_parameters(self) -> int:
        """Weights of all layers that lead to an output, each shared one once.

        >>> view.num_parameters, view.num_trainable_parameters, view.num_non_trainable_parameters
        (930, 914, 16)

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

    def count_parameters(self, where: Steps | None = None, *, trainable: bool | None = None) -> int:
        """Return how many weights some layers have, each layer once.

        `Step.num_parameters` and its `num_trainable_parameters` tell it for one of them.

        >>> view.count_parameters(view.layers("Dense"))
        90
        >>> view.count_parameters(trainable=False) == view.count_parameters(view.layers("BatchNormalization")) // 2
        True
        >>> view.count_parameters(view.between(None, view.steps[-2]), trainable=True)     # all but the head
        824

        Parameters
        ----------
        where
            Steps of this model; all where None.
        trainable
            True counts only what training changes, False only what it does not.
        """
        steps = self.steps if where is None else self._several(where)
        chosen = {identity(step) for step in steps}
        layers = [step for step in self.layers() if identity(step) in chosen]
        if trainable is None:
            return sum(step.num_parameters for step in layers)
        return sum(step.num_trainable_parameters if trainable else step.num_non_trainable_parameters for step in layers)

    @property
    def opaque(self) -> tuple[OpaquePart, ...]:
        """Parts that could not be opened. Where there are any, `predict` and the counts raise `ModelRefused`."""
        return tuple(OpaquePart(node.name, node.reason) for node in self._graph.opaque_nodes)

    @property
    def unused(self) -> tuple[UnusedLayer, ...]:
        """Layers that the student's model holds and that lead to no output, as the student's process told."""
        return self._graph.unused

    @property
    def name(self) -> str:
        """What the student called the model; Keras made it up where nobody did.

        >>> view.name
        'functional'
        """
        return self._graph.name

    @property
    def interface(self) -> str:
        """With which of Keras's interfaces the student wrote the model: "functional", "sequential" or "subclassed".

        That is told of the outermost part, by the student's process: ask for it where the text of a question does.

        >>> view.interface
        'functional'
        """
        return self._graph.interface

    def predict(self, images: Any, training: bool = False, *, at: Step | None = None) -> Any:
        """Return what the rebuilt model computes.

        Nothing is kept: batch statistics are used in training mode, but later predictions do not notice.
        Dropout draws the same mask each time.

        >>> view.predict(images).shape                       # images: (4, 16, 16, 3)
        (4, 10)
        >>> view.predict(images, at=view.steps[0]).shape
        (4, 16, 16, 8)

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
        return self._remote.predict(images, training, None if at is None else self._own(at))

    def weights(self, step: Step) -> dict[str, np.ndarray]:
        """Return the weights of a step by their name in Keras: "kernel", "bias", "gamma", "moving_mean", ...

        >>> {name: array.shape for name, array in view.weights(view.layers("Dense")[0]).items()}
        {'kernel': (8, 10), 'bias': (10,)}
        """
        return self._remote.weights(self._own(step))

    def with_weights(self, step: Step, **values: Any) -> ModelView:
        """Return the same model in which some weights of a step have given values.

        >>> dense, = view.layers("Dense")
        >>> sure = view.with_weights(dense, kernel=0, bias=[0, 0, 0, 50, 0, 0, 0, 0, 0, 0])
        >>> sure.predict(images).argmax(axis=1).tolist()
        [3, 3, 3, 3]

        Parameters
        ----------
        step
            A step with weights; a layer that is used in several places has them in all of these.
        **values
            By their names in `weights`; a number, or an array that can be broadcast to the weight's shape.

        Raises
        ------
        ModelRefused
            If the step has no such weight, or one of another shape; when the model is used.
        """
        remote = self._remote
        for name, value in values.items():
            remote = remote.with_value(self._own(step), name, value)
        return self._with(remote)

    def with_zero_weights(self, where: Steps | None = None) -> ModelView:
        """Return the same model with weights at zero: kernels, biases, gamma and beta; never moving statistics.

        A layer that is used in several places is at zero in all of them.

        >>> shortcut, = view.shortcuts()
        >>> zeroed = view.with_zero_weights(shortcut.branch)        # a projection would keep its weights
        >>> start = zeroed.predict(images, at=shortcut.start)
        >>> bool((zeroed.predict(images, at=shortcut.merge) == start).all())
        True

        Parameters
        ----------
        where
            Steps whose weights become zero; every step where None. Steps without weights may be among them.
        """
        return self._with(self._remote.with_zeros(self.steps if where is None else self._several(where)))

    def gradients(self, images: Any, *, of: Any = None, at: Step | None = None, training: bool = False) -> Gradients:
        """Return gradients of what the model returns, with respect to the images and to all weights.

        >>> view.gradients(images).dead            # layers whose weights change nothing
        ()
        >>> field = view.gradients(images, of=np.eye(10)[3]).inputs     # of the score of class 3
        >>> field.shape
        (4, 16, 16, 3)

        Parameters
        ----------
        images
            As for `predict`; all of them go through the model at once.
        of
            What each number of the output counts in the sum whose gradient is taken, as an array that can be broadcast
            to the output; a tuple or dict of them where the model returns several outputs so. Where None they are drawn
            at random from a fixed seed, so that every number counts and nothing cancels: the probabilities of softmax
            add up to one whatever the weights are.
        at
            A step whose gradient is returned as well: that of the last maps makes a class activation map.
        training
            Whether the model runs as it does in `fit`.

        Raises
        ------
        ModelRefused
            As for `predict`.
        """
        place = None if at is None else self._own(at)
        return self._remote.gradients(images, of, training, place, self.layers())

    def __repr__(self) -> str:
        return f"ModelView({self._graph.name!r}, {len(self.steps)} steps)"

    def _remarks(self) -> list[str]:
        opaque = [f"`{part.name}` cannot be opened: {part.reason}" for part in self.opaque]
        unused = ", ".join(f"{layer.name} ({layer.kind})" for layer in self.unused)
        counts = [] if opaque else [f"{self.num_parameters:,} parameters, {self.num_trainable_parameters:,} trainable"]
        remarks = [remark.sentence for remark in self._graph.remarks]
        return [*counts, *opaque, *([f"unused: {unused}"] if unused else []), *remarks]

    def _with(self, remote: RemoteModel) -> ModelView:
        changed = copy.copy(self)
        vars(changed)["_remote"] = remote
        return changed

    def _shape(self, ref: TensorRef) -> Shape:
        return self._facts.shapes[ref.node][ref.output] if ref.node != START else self._graph.inputs[ref.output].shape

    def _refuse_opaque(self, what: str) -> None:
        for part in self.opaque:
            raise ModelRefused(f"{what}, for `{part.name}` in the model cannot be opened: {part.reason}")
