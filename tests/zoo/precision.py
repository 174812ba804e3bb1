"""Numbers of other sizes: mixed precision and other formats."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from zoo.registry import called, functional, specimen

HALF = 1e-2  # what half precision can promise


@specimen("mixed precision", tolerance=HALF)
def mixed_functional() -> Any:
    options = {"dtype": "mixed_float16"}

    def apply(x: Any) -> Any:
        x = layers.BatchNormalization(**options)(layers.Conv2D(4, 3, **options)(x))
        x = layers.GlobalAveragePooling2D(**options)(layers.ReLU(**options)(x))
        return layers.Dense(3, activation="softmax", dtype="float32")(x)

    return functional((8, 8, 3), apply)


@specimen("mixed precision", tolerance=HALF)
def mixed_by_policy() -> Any:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                layers.Conv2D(4, 3),
                layers.BatchNormalization(),
                layers.Activation("relu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, dtype="float32"),
                layers.Softmax(dtype="float32"),
            ]
        )
    finally:
        keras.config.set_dtype_policy(before)


@specimen("mixed precision of a subclass", tolerance=HALF)
def mixed_subclassed() -> Any:
    class Mixed(keras.Model):
        def __init__(self) -> None:
            super().__init__(dtype="mixed_float16")
            self.convolution = layers.Conv2D(4, 3, dtype="mixed_float16")
            self.normalisation = layers.BatchNormalization(dtype="mixed_float16")
            self.dense = layers.Dense(3, dtype="float32")

        def call(self, x: Any, training: Any = None) -> Any:
            x = tf.nn.relu(self.normalisation(self.convolution(x), training=training))
            return self.dense(ops.mean(x, axis=(1, 2)) * 0.5 + 1)

    return called(Mixed(), (8, 8, 3))


@specimen("not mixed precision")
def single_precision() -> Any:
    def apply(x: Any) -> Any:
        x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3)(x)))
        return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))

    return functional((8, 8, 3), apply)


@specimen("brain floats", tolerance=5e-2)
def mixed_bfloat16() -> Any:
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, "relu", dtype="mixed_bfloat16"), layers.Dense(2, dtype="float32")]
    )


@specimen("own weights in half precision", (None, 5), tolerance=HALF)
def own_weights_in_half_precision() -> Any:
    class Scale(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(input_shape[-1], 3), name="kernel")

        def call(self, x: Any) -> Any:
            return tf.matmul(x, self.kernel)

    return Scale(dtype="mixed_float16")


@specimen("whole numbers")
def whole_numbers() -> Any:
    return functional(
        (8, 8, 3),
        lambda x: layers.Conv2D(2, 3)(ops.cast(x, "float32") / 255.0),
        dtype="uint8",
    )


@specimen("whole numbers", like="whole_numbers")
def whole_numbers_rescaled() -> Any:
    return functional((8, 8, 3), lambda x: layers.Conv2D(2, 3)(layers.Rescaling(1 / 255)(x)), dtype="uint8")


@specimen("double precision", tolerance=1e-6)
def double_precision() -> Any:
    return keras.Sequential(
        [keras.Input((5,), dtype="float64"), layers.Dense(3, dtype="float64"), layers.Dense(2, dtype="float64")]
    )
