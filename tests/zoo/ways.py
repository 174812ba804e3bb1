"""One thing, written in many ways."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from keras import layers, ops

from zoo.registry import specimen
from zoo.residual import MAPS


@specimen("global mean", MAPS)
def global_mean_of_tf() -> Any:
    return lambda x: tf.math.reduce_mean(x, (1, 2))


@specimen("global mean", MAPS)
def global_mean_counted_from_the_end() -> Any:
    return lambda x: ops.mean(x, axis=[-2, -3])


@specimen("global mean", MAPS)
def global_mean_layer() -> Any:
    return layers.GlobalAveragePooling2D()


@specimen("not global mean", MAPS)
def mean_over_one_axis() -> Any:
    return lambda x: ops.mean(ops.mean(x, axis=1), axis=-1)


@specimen("not global mean", MAPS)
def global_maximum() -> Any:
    return lambda x: tf.reduce_max(x, axis=[1, 2])


@specimen("row", MAPS)
def row_flatten() -> Any:
    return layers.Flatten()


@specimen("row", MAPS)
def row_reshape_with_batch() -> Any:
    return lambda x: tf.reshape(x, (tf.shape(x)[0], 8 * 6 * 4))


@specimen("row", MAPS)
def row_ops_reshape() -> Any:
    return lambda x: ops.reshape(x, (ops.shape(x)[0], -1))


@specimen("row", MAPS)
def row_with_as_list() -> Any:
    def apply(x: Any) -> Any:
        _, height, width, channels = x.get_shape().as_list()
        return tf.reshape(x, [-1, height * width * channels])

    return apply


@specimen("not row", MAPS)
def row_of_each_channel() -> Any:
    return lambda x: tf.reshape(tf.transpose(x, [0, 3, 1, 2]), (-1, 192))


@specimen("scaled", MAPS)
def scaled_by_a_layer() -> Any:
    return layers.Rescaling(1 / 255)


@specimen("scaled", MAPS)
def scaled_by_division() -> Any:
    return lambda x: x / 255


@specimen("scaled", MAPS)
def scaled_by_tf() -> Any:
    return lambda x: tf.math.divide(x, 255.0)
