"""Models of `keras.applications`, without the weights that would be downloaded."""

from __future__ import annotations

from typing import Any

from keras import applications, layers

from zoo.registry import functional, specimen

SMALL: dict[str, Any] = {"weights": None, "input_shape": (32, 32, 3)}


@specimen("an application with a head", remarks=("ignored_training",))
def application_with_a_head() -> Any:
    base = applications.MobileNet(alpha=0.25, include_top=False, **SMALL)
    base.trainable = False

    def apply(x: Any) -> Any:
        x = applications.mobilenet.preprocess_input(x)
        x = layers.GlobalAveragePooling2D()(base(x, training=False))
        return layers.Dense(3)(layers.Dropout(0.2)(x))

    return functional((32, 32, 3), apply)
