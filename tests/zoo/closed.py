"""What cannot be opened: each leaves an opaque node, and the rest of the model around it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from zoo.registry import called, specimen


class ByNumpy(layers.Layer):
    """Computes with NumPy, so it needs numbers."""

    def call(self, x: Any) -> Any:
        return tf.constant(np.maximum(np.asarray(x), 0))

    def compute_output_spec(self, x: Any) -> Any:
        return keras.KerasTensor(x.shape, x.dtype)


@specimen("opaque", opaque=True)
def opaque_numpy() -> Any:
    return keras.Sequential([keras.Input((5,)), layers.Dense(4), ByNumpy(), layers.Dense(2)])


@specimen("opaque", opaque=True)
def opaque_condition() -> Any:
    class Condition(keras.Model):
        def call(self, x: Any) -> Any:
            return x * 2 if tf.reduce_sum(x) > 0 else x

    return called(Condition(), (5,))


@specimen("opaque", opaque=True)
def opaque_random_numbers() -> Any:
    class Random(keras.Model):
        def call(self, x: Any) -> Any:
            return x + tf.random.normal((5,))

    return called(Random(), (5,))


@specimen("opaque", opaque=True)
def opaque_weight_as_numbers() -> Any:
    class Normed(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(input_shape[-1], 3), name="kernel")

        def call(self, x: Any) -> Any:
            return tf.matmul(x, self.kernel / np.linalg.norm(self.kernel.numpy()))

    return keras.Sequential([keras.Input((5,)), Normed()])


@specimen("opaque", opaque=True)
def opaque_python_function() -> Any:
    def double(x: Any) -> Any:
        return tf.numpy_function(lambda numbers: np.float32(2) * numbers, [x], tf.float32)

    return keras.Sequential([keras.Input((5,)), layers.Lambda(double, output_shape=(5,)), layers.Dense(2)])


@specimen("opaque", opaque=True)
def opaque_loop_over_values() -> Any:
    class Loop(keras.Model):
        @tf.function
        def call(self, x: Any) -> Any:
            for _ in tf.range(tf.cast(tf.reduce_max(x), tf.int32)):
                x = x + 1.0
            return x

    return called(Loop(), (5,))


@specimen("opaque", opaque=True)
def opaque_sampling() -> Any:
    class Sampling(layers.Layer):
        def call(self, mean: Any) -> Any:
            return mean + tf.random.normal(tf.shape(mean))

    return keras.Sequential([keras.Input((5,)), layers.Dense(4), Sampling(), layers.Dense(2)])


@specimen("opaque", opaque=True)
def opaque_random_of_keras() -> Any:
    class Sampling(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.generator = keras.random.SeedGenerator(3)

        def call(self, mean: Any) -> Any:
            return mean + keras.random.normal(ops.shape(mean), seed=self.generator)

    return keras.Sequential([keras.Input((5,)), layers.Dense(4), Sampling(), layers.Dense(2)])


@specimen("opaque", opaque=True)
def opaque_depends_on_the_batch() -> Any:
    class Halves(layers.Layer):
        def call(self, x: Any) -> Any:
            return x * tf.cast(tf.shape(x)[0] // 2 + 1, tf.float32)

    return keras.Sequential([keras.Input((5,)), Halves(), layers.Dense(2)])


@specimen("opaque", opaque=True)
def opaque_cell() -> Any:
    class Cell(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.state_size, self.dense = 4, layers.Dense(4)

        def build(self, input_shape: Any) -> None:
            self.dense.build(input_shape)

        def call(self, x: Any, states: Any) -> Any:
            y = tf.tanh(self.dense(x) + states[0])
            return y, [y]

    return keras.Sequential([keras.Input((5,)), layers.Reshape((5, 1)), layers.RNN(Cell()), layers.Dense(2)])
