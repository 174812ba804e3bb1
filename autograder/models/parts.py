"""Layers of our own that a rebuilt model needs beside Keras's: where a graph says what a functional model cannot."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from autograder.errors import ModelRefused
from autograder.models.graph import TensorSpec, Weight
from autograder.models.keras_private import mark_as_explained


class FixedTraining(keras.Layer):
    """A layer whose training flag is written down in the student's code.

    A functional model hands its own flag to every layer that takes one, so that a `training=False` in the student's
    code would be overridden in `fit`; this layer takes none.
    """

    def __init__(self, layer: keras.Layer, training: bool) -> None:
        super().__init__(dtype=layer.dtype_policy)
        self.layer = layer
        self.flag = training
        self.supports_masking = layer.supports_masking

    def build(self, *shapes: Any, **named_shapes: Any) -> None:
        """Do nothing: the layer inside builds itself when it is called."""

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the layer inside."""
        return self.layer.compute_mask(inputs, mask)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call the layer with its own flag."""
        return self.layer(*args, training=self.flag, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the symbolic outputs of the layer."""
        return self.layer(*args, training=self.flag, **kwargs)


class OwnInitializer(keras.initializers.RandomNormal):
    """Stands for an initialiser of the student's own: normal numbers of the mean and deviation that its weights had."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.0) -> None:
        super().__init__(mean, stddev)


class WeightTensor(keras.Layer):
    """A weight of a custom layer as a tensor; its argument only ties it to the graph."""

    def __init__(self, weight: Weight, variable: keras.Variable | None = None) -> None:
        super().__init__(dtype="float32")
        if variable is None:
            mean, deviation = weight.start or (0.0, 0.0)
            begin = OwnInitializer(mean, deviation) if deviation else keras.initializers.Constant(mean)
            variable = self.add_weight(
                shape=weight.shape, dtype=weight.dtype, initializer=begin, trainable=weight.trainable
            )
        self.held = variable
        self.built = True

    def call(self, anchor: Any) -> Any:
        """Return the weight."""
        return ops.convert_to_tensor(self.held)

    def compute_output_spec(self, anchor: Any) -> Any:
        """Return shape and dtype of the weight."""
        return keras.KerasTensor(self.held.shape, self.held.dtype)


class ConstantTensor(keras.Layer):
    """An array as a tensor; its argument only ties it to the graph."""

    def __init__(self, array: np.ndarray) -> None:
        super().__init__(dtype="float32")
        self.held = array
        self.built = True

    def call(self, anchor: Any) -> Any:
        """Return the array."""
        return ops.convert_to_tensor(self.held)

    def compute_output_spec(self, anchor: Any) -> Any:
        """Return shape and dtype of the array."""
        return keras.KerasTensor(self.held.shape, keras.backend.standardize_dtype(self.held.dtype))


class OpaquePart(keras.Layer):
    """Stands for what could not be opened: it has shapes, and cannot be run."""

    def __init__(self, specs: tuple[TensorSpec, ...], sentence: str) -> None:
        super().__init__()
        self._specs = specs
        self._sentence = sentence
        self.built = True

    def call(self, *tensors: Any) -> Any:
        """Refuse to compute."""
        raise mark_as_explained(ModelRefused(self._sentence))

    def compute_output_spec(self, *tensors: Any) -> Any:
        """Return the claimed shapes."""
        return [keras.KerasTensor(spec.shape, spec.dtype) for spec in self._specs]


class PhaseSwitch(keras.Layer):
    """Two models over the same layers: one for training, one for inference."""

    def __init__(self, inference: keras.Model, training: keras.Model) -> None:
        super().__init__()
        self.inference = inference
        self.in_training = training
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Run the model of the phase."""
        return self.in_training(inputs, training=True) if training else self.inference(inputs, training=False)

    def compute_output_spec(self, inputs: Any, training: bool = False) -> Any:
        """Return the symbolic outputs, which are alike in both phases."""
        return self.inference(inputs)
