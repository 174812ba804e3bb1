"""Models that `training.py` trains: some that have to pass, some that must not."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

INPUT_SHAPE = (32, 32, 3)


def linear() -> keras.Model:
    """Return one dense layer: must fail."""
    return keras.Sequential([keras.Input(INPUT_SHAPE), layers.Flatten(), layers.Dense(10, activation="softmax")])


def dense() -> keras.Model:
    """Return two hidden layers without convolutions: must fail."""
    hidden = [layers.Dense(units, activation="relu") for units in (512, 256)]
    return keras.Sequential(
        [keras.Input(INPUT_SHAPE), layers.Flatten(), *hidden, layers.Dense(10, activation="softmax")]
    )


def alexnet(*, batchnorm: bool = False) -> keras.Model:
    """Return the practical's small AlexNet, of 48, 128, 192, 192 and 128 filters."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE)])
    for filters, is_pooled in ((48, True), (128, True), (192, False), (192, False), (128, True)):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=not batchnorm))
        if batchnorm:
            model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        if is_pooled:
            model.add(layers.MaxPooling2D(3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1024, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(1024, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def alexnet_with_batchnorm() -> keras.Model:
    """Return the same with batch normalisation after each convolution."""
    return alexnet(batchnorm=True)


def fully_convolutional() -> keras.Model:
    """Return strided convolutions and a global average, without batch normalisation."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE)])
    for filters, strides in ((48, 2), (96, 2), (128, 2), (128, 1)):
        model.add(layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu"))
    model.add(layers.Conv2D(10, 1))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Softmax())
    return model


def fully_convolutional_scaled() -> keras.Model:
    """Return a deep one with pixels in [0, 1] and Keras's own initial weights: slow to begin."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE), layers.Rescaling(1 / 255)])
    for filters, strides in ((48, 1), (48, 3), (128, 1), (128, 3), (192, 1), (192, 1), (128, 3)):
        model.add(layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu"))
    model.add(layers.Conv2D(10, 1))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Softmax())
    return model


def small_batchnorm(filters: tuple[int, ...] = (32, 64, 128)) -> keras.Model:
    """Return three convolutions with batch normalisation and pooling, global average, one dense layer."""
    model = keras.Sequential([keras.Input(INPUT_SHAPE)])
    for number in filters:
        model.add(layers.Conv2D(number, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D(2))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    return model


def two_filters() -> keras.Model:
    """Return what is structurally right and too weak: must fail."""
    return small_batchnorm((2, 2, 2))


def residual(filters: tuple[int, ...] = (16, 32, 64)) -> keras.Model:
    """Return three residual blocks with batch normalisation."""

    def normalised(x: keras.KerasTensor, number: int, strides: int = 1) -> keras.KerasTensor:
        return layers.BatchNormalization()(layers.Conv2D(number, 3, strides=strides, padding="same", use_bias=False)(x))

    inputs = keras.Input(INPUT_SHAPE)
    x = layers.ReLU()(normalised(inputs, filters[0]))
    for place, number in enumerate(filters):
        strides = 2 if place else 1
        branch = normalised(layers.ReLU()(normalised(x, number, strides)), number)
        shortcut = layers.Conv2D(number, 1, strides=strides)(x) if place else x
        x = layers.ReLU()(layers.Add()([shortcut, branch]))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def residual_two_filters() -> keras.Model:
    """Return what is structurally right and too weak: must fail."""
    return residual((2, 2, 2))


ARCHITECTURES: tuple[Callable[[], keras.Model], ...] = (
    linear,
    dense,
    two_filters,
    residual_two_filters,
    alexnet,
    alexnet_with_batchnorm,
    fully_convolutional,
    fully_convolutional_scaled,
    small_batchnorm,
    residual,
)
