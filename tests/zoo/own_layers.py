"""Layers with weights, activations, initialisers and regularisers of the student's own."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from zoo.registry import functional, specimen


@specimen("dense", (None, 5))
def dense_layer() -> Any:
    return layers.Dense(3, activation="relu")


class HandMade(layers.Layer):
    """A dense layer with weights of its own."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 3), initializer="glorot_uniform", name="kernel")
        self.offset = self.add_weight(shape=(3,), initializer="zeros", name="offset")

    def call(self, x: Any) -> Any:
        return tf.nn.relu(tf.matmul(x, self.kernel) + self.offset)


@specimen("dense", (None, 5))
def dense_by_hand() -> Any:
    return HandMade()


@specimen("dense", (None, 5))
def dense_by_operator() -> Any:
    class WithOperators(HandMade):
        def call(self, x: Any) -> Any:
            return ops.relu(self.offset + x @ self.kernel)

    return WithOperators()


@specimen("dense", (None, 5))
def dense_of_a_subclass() -> Any:
    class Scaled(layers.Dense):
        """Keras's own layer, whose `call` does nothing new."""

        def call(self, inputs: Any, **options: Any) -> Any:
            return super().call(inputs, **options)

    return Scaled(3, activation="relu")


@specimen("activations")
def custom_activations() -> Any:
    def swish(x: Any) -> Any:
        return x * tf.sigmoid(x)

    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(4, activation=swish),
            layers.Dense(4, activation=lambda x: tf.nn.leaky_relu(x, alpha=0.1)),
            layers.Dense(2, activation=layers.ELU(0.5)),
        ]
    )


@specimen("rectifiers")
def rectifiers_as_layers() -> Any:
    return functional((6,), lambda x: layers.LeakyReLU(0.1)(layers.ReLU(6.0)(layers.Dense(4)(x))))


@specimen("rectifiers")
def rectifiers_as_arguments() -> Any:
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, activation=tf.nn.relu6), layers.Activation(layers.LeakyReLU(0.1))]
    )


@specimen("rectifiers")
def rectifiers_as_functions() -> Any:
    return functional(
        (6,), lambda x: keras.activations.leaky_relu(keras.activations.relu6(layers.Dense(4)(x)), negative_slope=0.1)
    )


@specimen("not rectifiers")
def rectifiers_of_another_slope() -> Any:
    return functional((6,), lambda x: layers.LeakyReLU()(layers.ReLU(6.0)(layers.Dense(4)(x))))


@specimen("learned activation")
def learned_activation() -> Any:
    return keras.Sequential([keras.Input((6,)), layers.Dense(4, activation=layers.PReLU()), layers.Dense(2, "selu")])


def scaled_normal(shape: Any, dtype: Any = None) -> Any:
    """Initialise weights as only the student knows."""
    return keras.random.normal(shape, stddev=0.05, dtype=dtype)


def half_the_sum(weights: Any) -> Any:
    """Penalise weights as only the student knows."""
    return 0.5 * ops.sum(ops.abs(weights))


class Clipped(keras.constraints.Constraint):
    """Constrain weights as only the student knows."""

    def __call__(self, w: Any) -> Any:
        return ops.clip(w, -1, 1)


@specimen("own regulariser", remarks=("own_constraint", "own_initializer", "own_regularizer"))
def regulariser_of_its_own() -> Any:
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(4, kernel_regularizer=half_the_sum, kernel_initializer=scaled_normal),
            layers.Dense(2, kernel_constraint=Clipped(), bias_initializer=keras.initializers.Constant(0.1)),
        ]
    )


@specimen("penalties")
def penalties_of_keras() -> Any:
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, kernel_regularizer="l2", bias_constraint=keras.constraints.NonNeg()),
            layers.Conv2D(2, 3, kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2), kernel_constraint="unit_norm"),
            layers.Dense(3, activity_regularizer="l1", kernel_initializer=keras.initializers.Orthogonal(0.5)),
            layers.ActivityRegularization(0.1),
        ]
    )


@specimen("positions")
def embedded_positions() -> Any:
    class Positions(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = layers.Embedding(7, 8)

        def call(self, x: Any) -> Any:
            return x + self.embedding(tf.range(7))

    return functional((7, 8), lambda x: layers.Dense(2)(Positions()(x)))


@specimen("normed weights")
def normed_weights() -> Any:
    class Normed(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(input_shape[-1], 3), name="kernel")
            self.scale = self.add_weight(shape=(3,), name="scale")

        def call(self, x: Any) -> Any:
            norm = tf.sqrt(tf.reduce_sum(tf.square(self.kernel), axis=0))
            return ops.matmul(x, self.kernel / norm) * ops.reshape(ops.exp(self.scale), (1, 3))

    return keras.Sequential([keras.Input((5,)), Normed()])


@specimen("own class of Keras's")
def subclass_of_a_layer_of_keras() -> Any:
    class Convolution(layers.Conv2D):
        def __init__(self, filters: int) -> None:
            super().__init__(filters, 3, padding="same", activation="relu")

        def get_config(self) -> Any:
            return {"filters": 1000}

    return keras.Sequential([keras.Input((16, 16, 3)), Convolution(4)])


@specimen("standardised weights")
def standardised_convolution() -> Any:
    class Standardised(layers.Conv2D):
        def call(self, inputs: Any) -> Any:
            mean = ops.mean(self.kernel, axis=(0, 1, 2), keepdims=True)
            return self.activation(self.convolution_op(inputs, self.kernel - mean) + self.bias)

    return keras.Sequential([keras.Input((8, 8, 3)), Standardised(4, 3, activation="relu")])


@specimen("convolution by hand", (None, 8, 8, 3))
def convolution_by_hand() -> Any:
    class ByHand(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(3, 3, input_shape[-1], 4), name="kernel")

        def call(self, x: Any) -> Any:
            x = tf.nn.conv2d(x, self.kernel, strides=[1, 2, 2, 1], padding="SAME")
            return tf.nn.max_pool2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 2, 2, "VALID")

    return ByHand()


@specimen("class token", (None, 7, 4))
def class_token() -> Any:
    class Token(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.token = self.add_weight(shape=(1, 1, input_shape[-1]), initializer="random_normal", name="token")

        def call(self, x: Any) -> Any:
            token = tf.broadcast_to(self.token, [tf.shape(x)[0], 1, 4])
            return tf.concat([token, x], axis=1)

    return Token()


@specimen("class token of ops", (None, 7, 4), like="class_token")
def class_token_with_ops() -> Any:
    class Token(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.token = self.add_weight(shape=(1, 1, input_shape[-1]), initializer="random_normal", name="token")

        def call(self, x: Any) -> Any:
            return ops.concatenate([ops.tile(self.token, (ops.shape(x)[0], 1, 1)), x], axis=1)

    return Token()


@specimen("variable of TensorFlow", (None, 3), remarks=("raw_variable",))
def variable_of_tensorflow() -> Any:
    class Raw(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(tf.random.normal((3, 2)))

        def call(self, x: Any) -> Any:
            return tf.matmul(x, self.kernel)

    return Raw()


@specimen("numbers of its own", (None, 3))
def constants_of_all_kinds() -> Any:
    class Constant(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.mean = np.array([1.0, 2.0, 3.0])
            self.deviation = tf.constant([2.0, 2.0, 0.5])
            self.table = tf.Variable([[1.0], [2.0], [3.0]], trainable=False)

        def call(self, x: Any) -> Any:
            x = (x - self.mean) / self.deviation
            return tf.matmul(x, self.table) + np.float32(0.5)

    return Constant()
