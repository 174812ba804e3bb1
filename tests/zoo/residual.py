"""Residual blocks, and what looks like one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from zoo.registry import specimen

MAPS = (None, 8, 6, 4)


class Branch(layers.Layer):
    """Convolution, normalisation, relu, convolution, normalisation."""

    def __init__(self, filters: int = 4, strides: int = 1) -> None:
        super().__init__()
        self.first = layers.Conv2D(filters, 3, strides=strides, padding="same")
        self.second = layers.Conv2D(filters, 3, padding="same")
        self.normalisations = [layers.BatchNormalization(), layers.BatchNormalization()]

    def call(self, x: Any) -> Any:
        x = tf.nn.relu(self.normalisations[0](self.first(x)))
        return self.normalisations[1](self.second(x))


@specimen("residual block", MAPS)
def block_function_add_layer() -> Any:
    first, second = (layers.Conv2D(4, 3, padding="same") for _ in range(2))
    normalisations = [layers.BatchNormalization() for _ in range(2)]

    def apply(x: Any) -> Any:
        y = layers.ReLU()(normalisations[0](first(x)))
        return layers.ReLU()(layers.Add()([x, normalisations[1](second(y))]))

    return apply


@specimen("residual block", MAPS)
def block_layer_with_operator() -> Any:
    class Block(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.branch = Branch()

        def call(self, x: Any, training: bool = False) -> Any:
            return tf.nn.relu(x + self.branch(x))

    return Block()


@specimen("residual block", MAPS)
def block_model_with_tf_add() -> Any:
    class Block(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.branch = Branch()

        def call(self, inputs: Any) -> Any:
            return ops.relu(tf.add(inputs, self.branch(inputs)))

    return Block()


@specimen("residual block", MAPS)
def block_of_a_sequential_branch() -> Any:
    branch = keras.Sequential(
        [
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
        ]
    )
    return lambda x: layers.Activation("relu")(layers.add([x, branch(x)]))


@specimen("residual block", MAPS)
def block_functional_with_identity() -> Any:
    inputs = keras.Input(MAPS[1:])
    shortcut = layers.Identity()(inputs)
    return keras.Model(inputs, keras.activations.relu(ops.add(shortcut, Branch()(inputs))))


def _block(join: Callable[[Any, Any], Any], filters: int = 4, strides: int = 1) -> Callable[[Any], Any]:
    branch = Branch(filters, strides)
    return lambda x: tf.nn.relu(join(x, branch(x)))


@specimen("projected block", MAPS)
def block_projected() -> Any:
    projection = layers.Conv2D(8, 1, strides=2)
    return _block(lambda x, y: projection(x) + y, filters=8, strides=2)


@specimen("projected block", MAPS)
def block_projected_in_a_layer() -> Any:
    class Block(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.branch = Branch(8, strides=2)
            self.projection = None

        def call(self, x: Any) -> Any:
            y = self.branch(x)
            if x.shape != y.shape and self.projection is None:
                self.projection = layers.Conv2D(8, (1, 1), strides=(2, 2), padding="valid")
            return layers.ReLU()(layers.Add()([self.projection(x), y]))

    return Block()


@specimen("not residual block", MAPS)
def block_adds_the_branch_to_itself() -> Any:
    return _block(lambda x, y: y + y)


@specimen("not residual block", MAPS)
def block_concatenates() -> Any:
    return _block(lambda x, y: tf.concat([x, y], axis=-1))


@specimen("not residual block", MAPS)
def block_returns_its_input() -> Any:
    return _block(lambda x, y: x)


@specimen("not residual block", MAPS)
def block_shortcut_too_late() -> Any:
    first, second = layers.Conv2D(4, 3, padding="same"), layers.Conv2D(4, 3, padding="same")

    def apply(x: Any) -> Any:
        x = ops.relu(first(x))
        return ops.relu(x + second(x))

    return apply


@specimen("not residual block", MAPS)
def block_parallel_branches() -> Any:
    one, other = Branch(), Branch()
    return lambda x: ops.relu(one(x) + other(x))


@specimen("not residual block", MAPS)
def block_relu_before_addition() -> Any:
    branch = Branch()
    return lambda x: x + tf.nn.relu(branch(x))


@specimen("not residual block", MAPS)
def block_with_an_activation_on_the_shortcut() -> Any:
    return _block(lambda x, y: tf.nn.relu(x) + y)
