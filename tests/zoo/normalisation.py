"""Convolution, batch normalisation, relu; and the training flag on its way to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from zoo.classifiers import IMAGES
from zoo.registry import called, specimen


@specimen("normalised")
def normalised_functional() -> Any:
    inputs = x = keras.Input(IMAGES)
    for filters in (4, 6):
        x = layers.Conv2D(filters, 3, use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


@specimen("normalised")
def normalised_subclassed() -> Any:
    class Normalised(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolutions = [layers.Conv2D(filters, 3, use_bias=False) for filters in (4, 6)]
            self.normalisations = [layers.BatchNormalization(axis=3) for _ in range(2)]
            self.dense = layers.Dense(10)

        def call(self, inputs: Any, training: Any = None) -> Any:
            x = inputs
            for convolution, normalisation in zip(self.convolutions, self.normalisations, strict=True):
                x = tf.nn.relu(normalisation(convolution(x), training=training))
            return self.dense(tf.reduce_mean(x, axis=[1, 2]))

    return called(Normalised(), IMAGES)


@specimen("normalised")
def normalised_sequential_of_blocks() -> Any:
    def block(filters: int) -> keras.Sequential:
        return keras.Sequential([layers.Conv2D(filters, 3, use_bias=False), layers.BatchNormalization(), layers.ReLU()])

    return keras.Sequential(
        [
            keras.Input(IMAGES),
            block(4),
            block(6),
            layers.Lambda(lambda x: ops.mean(x, axis=(1, 2))),
            layers.Dense(10),
        ]
    )


@specimen("normalised")
def normalised_lazily() -> Any:
    class Lazy(keras.Model):
        def build(self, input_shape: Any) -> None:
            self.blocks = []
            for filters in (4, 6):
                self.blocks += [layers.Conv2D(filters, 3, use_bias=False), layers.BatchNormalization()]
            self.head = keras.Sequential([layers.GlobalAvgPool2D(), layers.Dense(10)])
            self.built = True

        def call(self, x: Any, training: bool = False) -> Any:
            for layer in self.blocks:
                if isinstance(layer, layers.BatchNormalization):
                    x = ops.maximum(layer(x, training=training), 0.0)
                else:
                    x = layer(x)
            return self.head(x)

    return called(Lazy(), IMAGES)


def _normalised(block: Callable[[int, Any], Any]) -> keras.Model:
    inputs = keras.Input(IMAGES)
    x = block(6, block(4, inputs))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


@specimen("not normalised")
def relu_before_normalisation() -> Any:
    return _normalised(
        lambda filters, x: layers.BatchNormalization()(layers.Conv2D(filters, 3, use_bias=False, activation="relu")(x))
    )


@specimen("not normalised")
def normalisation_is_frozen() -> Any:
    return _normalised(
        lambda filters, x: layers.ReLU()(
            layers.BatchNormalization(trainable=False)(layers.Conv2D(filters, 3, use_bias=False)(x))
        )
    )


@specimen("not normalised")
def normalisation_on_another_axis() -> Any:
    return _normalised(
        lambda filters, x: layers.ReLU()(
            layers.BatchNormalization(axis=1)(layers.Conv2D(filters, 3, use_bias=False)(x))
        )
    )


@specimen("not normalised")
def one_normalisation_in_two_places() -> Any:
    shared = layers.BatchNormalization()
    inputs = keras.Input(IMAGES)
    x = layers.ReLU()(shared(layers.Conv2D(4, 3, use_bias=False)(inputs)))
    x = layers.ReLU()(shared(layers.Conv2D(4, 3, use_bias=False)(x)))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


class HardCoded(keras.Model):
    """Batch normalisation that is told to stay in one mode."""

    def __init__(self, training: bool) -> None:
        super().__init__()
        self.flag = training
        self.convolution, self.normalisation = layers.Conv2D(4, 3), layers.BatchNormalization()
        self.dropout, self.dense = layers.Dropout(0.3), layers.Dense(10)

    def call(self, x: Any, training: bool = False) -> Any:
        x = ops.relu(self.normalisation(self.convolution(x), training=self.flag))
        return self.dense(self.dropout(ops.mean(x, axis=(1, 2)), training=training))


@specimen("not normalised")
def normalisation_never_trains() -> Any:
    return called(HardCoded(training=False), IMAGES)


@specimen("not normalised")
def normalisation_always_trains() -> Any:
    return called(HardCoded(training=True), IMAGES)


@specimen("not normalised")
def normalisation_without_the_flag() -> Any:
    class Forgotten(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolution, self.normalisation = layers.Conv2D(4, 3), layers.BatchNormalization()

        def call(self, x: Any) -> Any:
            return ops.mean(self.normalisation(self.convolution(x)), axis=(1, 2))

    return called(Forgotten(), IMAGES)


@specimen("not normalised")
def flag_leaks_to_dropout() -> Any:
    class Leaking(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.normalisation, self.dropout = layers.BatchNormalization(), layers.Dropout(0.5)

        def call(self, x: Any, training: bool = False) -> Any:
            return self.dropout(self.normalisation(x, training=False))

    return called(Leaking(), IMAGES)
