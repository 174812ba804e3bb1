"""What a function of TensorFlow is taken for computes the same."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tracing import traced

from autograder.models import tf_functions
from autograder.models.build import build

RNG = np.random.default_rng(0)
X = tf.constant(RNG.uniform(0.1, 0.9, size=(2, 4, 6, 8)), "float32")
Y = tf.constant(RNG.uniform(0.1, 0.9, size=(2, 4, 6, 8)), "float32")
KERNEL = tf.constant(RNG.normal(size=(3, 3, 8, 5)), "float32")
TRANSPOSED = tf.transpose(KERNEL, [0, 1, 3, 2])
INDICES = tf.constant([[1, 0, 2]])

CALLS: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {
    "math.logical_not": [((X > 0.5,), {})],
    "math.logical_and": [((X > 0.5, Y > 0.5), {})],
    "math.logical_or": [((X > 0.5, Y > 0.5), {})],
    "math.reduce_any": [((X > 0.5,), {"axis": 1})],
    "math.reduce_all": [((X > 0.5,), {"axis": 1})],
    "math.l2_normalize": [((X,), {"axis": -1})],
    "math.cumsum": [((X,), {"axis": 1})],
    "math.add_n": [(([X, Y, X],), {})],
    "nn.moments": [((X,), {"axes": [1, 2]}), ((X, [0]), {"keepdims": True})],
    "linalg.matmul": [((X, Y), {"transpose_b": True}), ((X, Y), {"transpose_a": True})],
    "einsum": [(("bhwc,bhvc->bhwv", X, Y), {})],
    "tensordot": [((X, KERNEL[0, 0]), {"axes": 1})],
    "concat": [(([X, Y], -1), {}), (([X, Y],), {"axis": 1})],
    "stack": [(([X, Y],), {"axis": 1})],
    "unstack": [((X,), {"axis": 1})],
    "split": [((X, 2), {"axis": 1}), ((X, [2, 6], -1), {})],
    "reshape": [((X, (-1, 24, 8)), {}), ((X, [2, -1]), {})],
    "broadcast_to": [((X[:1], (2, 4, 6, 8)), {}), ((X[0], [2, 4, 6, 8]), {})],
    "slice": [((X, [0, 1, 0, 2], [-1, 2, 3, -1]), {})],
    "sort": [((X,), {}), ((X,), {"axis": 1, "direction": "DESCENDING"})],
    "norm": [((X,), {}), ((X,), {"axis": -1, "keepdims": True})],
    "linalg.matvec": [((X, Y[:, :, 0]), {}), ((X, Y[:, :, :, 0]), {"transpose_a": True})],
    "math.top_k": [((X, 3), {})],
    "math.acosh": [((X + 1,), {})],
    "math.logical_xor": [((X > 0.5, Y > 0.5), {})],
    "transpose": [((X,), {"perm": [0, 2, 1, 3]}), ((X,), {})],
    "expand_dims": [((X, -1), {})],
    "squeeze": [((X[:, :1],), {"axis": 1}), ((X[:, :1], [1]), {})],
    "tile": [((X, [1, 2, 1, 1]), {})],
    "repeat": [((X, 3), {"axis": 1})],
    "pad": [((X, [[0, 0], [1, 2], [0, 1], [0, 0]]), {}), ((X, [[0, 0], [1, 1], [2, 2], [0, 0]]), {"mode": "REFLECT"})],
    "reverse": [((X, [1]), {})],
    "roll": [((X, 2), {"axis": 1})],
    "gather": [((X, [0, 2]), {"axis": 1})],
    "where": [((X > 0.5, X, Y), {})],
    "cast": [((X, tf.int32), {}), ((X, "float16"), {})],
    "clip_by_value": [((X, 0.2, 0.6), {})],
    "one_hot": [((INDICES, 4), {})],
    "nn.softmax": [((X,), {}), ((X,), {"axis": 1})],
    "nn.log_softmax": [((X,), {})],
    "nn.leaky_relu": [((X - 0.5,), {}), ((X - 0.5, 0.1), {})],
    "nn.gelu": [((X - 0.5,), {}), ((X - 0.5,), {"approximate": True})],
    "nn.silu": [((X,), {}), ((X, 2.0), {})],
    "nn.crelu": [((X - 0.5,), {})],
    "nn.batch_normalization": [((X, X[0, 0, 0], Y[0, 0, 0], None, None, 1e-3), {}), ((X, X, Y, X, Y, 0.1), {})],
    "nn.local_response_normalization": [((X,), {}), ((X, 2), {"bias": 2.0, "alpha": 1e-4, "beta": 0.75})],
    "nn.dropout": [((X, 0.0), {}), ((X,), {"rate": 0})],
    "nn.bias_add": [((X, KERNEL[0, 0, :, 0]), {})],
    "nn.conv2d": [((X, KERNEL, 1, "SAME"), {}), ((X, KERNEL), {"strides": [1, 2, 2, 1], "padding": "VALID"})],
    "nn.depthwise_conv2d": [((X, KERNEL, [1, 1, 1, 1], "SAME"), {})],
    "nn.max_pool2d": [((X, 2, 2, "VALID"), {}), ((X, (3, 2), 1, "SAME"), {})],
    "nn.max_pool": [((X, 2, 2, "VALID"), {}), ((X, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), {})],
    "nn.avg_pool2d": [((X, 2, 2, "VALID"), {})],
    "nn.avg_pool": [((X,), {"ksize": 2, "strides": 1, "padding": "SAME"})],
    "nn.conv1d": [((X[0], KERNEL[0], 1, "SAME"), {}), ((X[0], KERNEL[0]), {"stride": 2, "padding": "VALID"})],
    "nn.conv3d": [((X[..., None, :], KERNEL[..., None, :, :], [1, 1, 1, 1, 1], "SAME"), {})],
    "nn.conv2d_transpose": [
        ((X, TRANSPOSED, [2, 8, 12, 5], 2), {}),
        ((X, TRANSPOSED), {"output_shape": (2, 6, 8, 5), "strides": [1, 1], "padding": "VALID"}),
    ],
    "nn.separable_conv2d": [((X, KERNEL[..., :2], tf.ones((1, 1, 16, 3)) / 7, [1] * 4, "SAME"), {})],
    "nn.max_pool1d": [((X[0], 2, 2, "VALID"), {})],
    "nn.max_pool3d": [((X[..., None], 2, [1, 1, 1, 1, 1], "SAME"), {})],
    "nn.avg_pool1d": [((X[0], [2], [1], "SAME"), {})],
    "nn.avg_pool3d": [((X[..., None], [2, 2, 2], 2, "VALID"), {})],
    "nn.embedding_lookup": [((X[0], INDICES), {})],
    "nn.depth_to_space": [((X, 2), {})],
    "nn.space_to_depth": [((X, 2), {})],
    "image.adjust_brightness": [((X, 0.2), {})],
    "image.adjust_contrast": [((X, 2.0), {})],
    "image.central_crop": [((X, 0.5), {})],
    "image.crop_to_bounding_box": [((X, 1, 2, 2, 3), {})],
    "image.extract_patches": [((X[..., :3], [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"), {})],
    **{
        f"image.{name}": [((X[..., :3],), {})]
        for name in ("flip_left_right", "flip_up_down", "hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv")
    },
    "image.grayscale_to_rgb": [((X[..., :1],), {})],
    "image.per_image_standardization": [((X,), {})],
    "image.resize": [((X, (8, 3)), {}), ((X, [2, 2]), {"method": "nearest"})],
    "math.argmax": [((X,), {"axis": -1}), ((X,), {})],
    "math.argmin": [((X,), {"axis": 1, "output_type": tf.int32})],
    **{
        f"math.reduce_{name}": [((X,), {}), ((X, [1, 2]), {}), ((X,), {"axis": -1, "keepdims": True})]
        for name in ("mean", "sum", "max", "min", "prod", "std", "variance", "logsumexp", "euclidean_norm")
    },
}
OF_TWO = (
    "add subtract multiply divide divide_no_nan maximum minimum equal not_equal greater greater_equal less less_equal "
    "mod truediv floordiv pow squared_difference multiply_no_nan atan2"
)
CALLS.update({f"math.{name}": [((X, Y), {}), ((X, 2.0), {})] for name in OF_TWO.split(" ")})
CASES = [
    (name, args, kwargs)
    for name in tf_functions.TABLE
    for args, kwargs in CALLS.get(name, [((X,), {}), ((X - 0.5,), {})])
]


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_translation(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """On numbers, and as a node of a graph, whose arguments came by position or by name."""
    function = functools.reduce(getattr, name.split("."), tf)
    translation = tf_functions.translation(function)
    assert translation is not None
    expected = [np.asarray(each) for each in tf.nest.flatten(function(*args, **kwargs))]
    found = [np.asarray(each) for each in tf.nest.flatten(translation(*args, **kwargs))]
    assert [each.shape for each in found] == [each.shape for each in expected]
    assert [each.dtype for each in found] == [each.dtype for each in expected]
    assert all(np.allclose(a, b, atol=1e-5, equal_nan=True) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    "name", ["math.reduce_mean", "nn.max_pool", "split", "image.resize", "nn.conv2d", "linalg.matmul"]
)
def test_translation_in_a_graph(name: str) -> None:
    """A function of TensorFlow on a symbolic tensor is rebuilt."""
    function = functools.reduce(getattr, name.split("."), tf)
    for args, kwargs in CALLS[name]:

        def apply(x: Any, args: Any = args, kwargs: Any = kwargs) -> Any:
            return function(x, *args[1:], **kwargs)

        graph = traced(apply, (None, 4, 6, 8))
        assert not graph.opaque_nodes
        expected = [np.asarray(each) for each in tf.nest.flatten(apply(X))]
        found = [np.asarray(each) for each in keras.tree.flatten(build(graph)(X))]
        assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    "alias", ["add", "nn.sigmoid", "reduce_mean", "matmul", "nn.swish", "nn.l2_normalize", "abs", "math.softmax"]
)
def test_aliases_of_tensorflow_are_known(alias: str) -> None:
    """The same function under another name."""
    assert tf_functions.translation(functools.reduce(getattr, alias.split("."), tf)) is not None


def test_what_has_no_words_is_named() -> None:
    """The student reads which function, and how it was called."""
    graph = traced(lambda x: tf.nn.fractional_max_pool(x, 1.5)[0], (None, 4, 6, 8))
    assert "`tf.nn.fractional_max_pool`, which is not known" in graph.opaque_nodes[0].reason
    graph = traced(lambda x: tf.nn.conv2d(x, KERNEL, 1, [[0, 0], [1, 1], [1, 1], [0, 0]]), (None, 4, 6, 8))
    assert "`tf.nn.conv2d` with padding given as numbers" in graph.opaque_nodes[0].reason
