"""The size of the batch can stand in a shape; where it is computed with, the layer is opaque and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from tracing import distance, random_inputs, run, traced

from autograder.models.build import build

SEQUENCE, IMAGES = (None, 6, 4), (None, 8, 8, 3)


class Written(layers.Layer):
    """A layer with a token and a vector of its own, and a body."""

    def __init__(self, body: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.body = body

    def build(self, input_shape: Any) -> None:
        self.token = self.add_weight(shape=(1, 1, input_shape[-1]), initializer="random_normal", name="token")
        self.vector = self.add_weight(shape=(input_shape[-1],), initializer="random_normal", name="vector")

    def call(self, x: Any) -> Any:
        return self.body(self, x)


KNOWN: dict[str, Callable[[Any, Any], Any]] = {
    "reshape": lambda _, x: tf.reshape(x, [tf.shape(x)[0], -1]),
    "reshape of ops": lambda _, x: ops.reshape(x, (ops.shape(x)[0], 24)),
    "stacked shape": lambda _, x: tf.reshape(x, tf.stack([tf.shape(x)[0], -1])),
    "concatenated shape": lambda _, x: tf.reshape(x, tf.concat([tf.shape(x)[:1], [24]], 0)),
    "unstacked shape": lambda _, x: (lambda b, t, c: tf.reshape(x, (b, t * c)))(*tf.unstack(tf.shape(x))),
    "unpacked shape": lambda _, x: (lambda b, t, c: ops.reshape(x, (b, c, t)))(*ops.shape(x)),
    "shape as a list": lambda _, x: tf.reshape(x, [-1, x.shape.as_list()[1] * x.shape[2]]),
    "sizes of a slice": lambda _, x: tf.reshape(x, [-1, *(tf.shape(x)[1:] * [2, 1] // [1, 2])]),
    "zeros": lambda _, x: tf.concat([x, tf.zeros((tf.shape(x)[0], 6, 2))], -1),
    "zeros of ops": lambda _, x: ops.concatenate([x, ops.zeros((ops.shape(x)[0], 1, 4))], 1),
    "ones": lambda _, x: x * tf.ones([tf.shape(x)[0], 1, 1]),
    "filled": lambda _, x: x + tf.fill([tf.shape(x)[0], 1, 1], 2.0),
    "repeated": lambda self, x: tf.concat([tf.repeat(self.token, tf.shape(x)[0], axis=0), x], 1),
    "repeated by ops": lambda self, x: ops.concatenate([ops.repeat(self.token, ops.shape(x)[0], axis=0), x], 1),
    "tiled": lambda self, x: tf.concat([tf.tile(self.token, [tf.shape(x)[0], 2, 1]), x], 1),
    "broadcast": lambda self, x: x + ops.broadcast_to(self.vector, (ops.shape(x)[0], 6, 4)),
    "broadcast from the input": lambda _, x: x + tf.broadcast_to(x[:, :1], [tf.shape(x)[0], 6, 4]),
    "a range": lambda _, x: x + tf.cast(tf.range(tf.shape(x)[1]), tf.float32)[None, :, None],
}
UNKNOWN: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "loop": (lambda _, x: sum(x[index] for index in range(tf.shape(x)[0])), "computes with the size of the batch"),
    "comparison": (lambda _, x: x * 2 if tf.shape(x)[0] > 1 else x, "computes with the size of the batch"),
    "product": (lambda _, x: tf.reshape(x, (tf.shape(x)[0] * 6, 4)), "computes with the size of the batch"),
    "another place": (lambda _, x: x + tf.zeros((1, tf.shape(x)[0], 1)), "computes with the size of the batch"),
    "size": (lambda _, x: x / tf.cast(tf.size(x), tf.float32), "`tf.size` with a tensor whose batch is unknown"),
    "static shape": (lambda _, x: tf.reshape(x, (x.shape[0], -1)), "which is None where the batch is unknown"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_batch_in_a_shape(name: str) -> None:
    """The layer is opened, and the rebuilt one predicts the same for any batch."""
    layer = Written(KNOWN[name])
    layer(np.zeros((4, *SEQUENCE[1:]), "float32"))
    graph = traced(layer, SEQUENCE)
    assert not graph.opaque_nodes
    rebuilt = build(graph)
    for inputs in (random_inputs(graph), random_inputs(graph)[:1]):
        assert distance(run(rebuilt, inputs, False), run(layer, inputs, False)) <= 1e-6


def test_nothing_of_the_batch_leaks() -> None:
    """A tensor that is made for each image does not depend on the images' numbers, whatever they are."""
    layer = Written(KNOWN["zeros"])
    layer(np.zeros((4, *SEQUENCE[1:]), "float32"))
    images = np.full((2, 6, 4), np.inf, "float32")
    assert not np.asarray(build(traced(layer, SEQUENCE))(images))[..., 4:].any()


@pytest.mark.parametrize("name", UNKNOWN)
def test_computing_with_the_batch(name: str) -> None:
    """The layer is opaque, with the reason."""
    body, words = UNKNOWN[name]
    layer = Written(body)
    (node,) = traced(layer, (None, 2, 4) if name == "another place" else SEQUENCE).opaque_nodes
    assert words in node.reason


def test_sizes_that_are_known() -> None:
    """`tf.shape` of height and width is an array to compute with."""
    graph = traced(Written(lambda _, x: tf.image.resize(x, tf.shape(x)[1:3] * 2)), IMAGES)
    assert build(graph).output_shape == (None, 16, 16, 3)


def test_outside_of_a_trace_nothing_is_changed() -> None:
    """Keras's shapes are plain tuples with None for the batch."""
    tensor = keras.KerasTensor((None, 3))
    assert type(tensor.shape) is tuple
    assert ops.shape(tensor)[0] is None
