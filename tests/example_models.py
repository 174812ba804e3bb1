"""The models that the examples in docstrings are about."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers


def residual() -> keras.Model:
    """A small residual network: `view`."""
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, padding="same")(inputs)
    y = layers.Conv2D(8, 3, padding="same")(layers.ReLU()(layers.BatchNormalization()(x)))
    x = layers.Dropout(0.1)(layers.ReLU()(x + y))
    x = layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def vgg() -> keras.Model:
    """Three times two convolutions and a pooling: `vgg`."""
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (8, 16, 32):
        for _ in range(2):
            model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


def unet() -> keras.Model:
    """An encoder-decoder with one skip connection: `unet`."""
    inputs = keras.Input((16, 16, 3))
    encoded = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    x: Any = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.MaxPooling2D()(encoded))
    x = layers.Concatenate()([encoded, layers.Conv2DTranspose(4, 2, strides=2)(x)])
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
