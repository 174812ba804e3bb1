"""What functions of `tf.nn` and `tf.image` mean in terms of `keras.ops`; see `autograder.models.tf_functions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from autograder.models.tf_arguments import Translation, Untranslatable, padding_of, plain_axes, spatial_of


def _depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    step, dilation = spatial_of(strides, data_format), spatial_of(dilations or 1, data_format)
    return ops.depthwise_conv(input, filter, strides=step, padding=padding_of(padding), dilation_rate=dilation)


def _softmax(logits: Any, axis: int | None = None, name: str | None = None) -> Any:
    return ops.softmax(logits, axis=-1 if axis is None else axis)


def _log_softmax(logits: Any, axis: int | None = None, name: str | None = None) -> Any:
    return ops.log_softmax(logits, axis=-1 if axis is None else axis)


def _leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Any:
    return ops.leaky_relu(features, negative_slope=alpha)


def _gelu(features: Any, approximate: bool = False, name: str | None = None) -> Any:
    return ops.gelu(features, approximate=approximate)


def _silu(features: Any, beta: float = 1.0) -> Any:
    return ops.silu(features) if beta == 1.0 else ops.multiply(features, ops.sigmoid(ops.multiply(features, beta)))


def _bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Any:
    if data_format not in (None, "NHWC", "N...C"):
        raise Untranslatable("channels first")
    return ops.add(value, bias)


def _moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    return ops.moments(x, axes=plain_axes(axes), keepdims=keepdims)


def _resize(
    images: Any,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    if method not in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5") or preserve_aspect_ratio:
        raise Untranslatable(f"method {method}")
    height, width = np.asarray(size).tolist()
    return ops.image.resize(images, (height, width), interpolation=method, antialias=antialias)


def _depth_to_space(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Any:
    spatial_of(1, data_format)
    return ops.depth_to_space(input, block_size)


def _space_to_depth(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Any:
    spatial_of(1, data_format)
    return ops.space_to_depth(input, block_size)


def _conv(count: int) -> Translation:
    """Translate a convolution over `count` spatial axes."""

    def call(
        input: Any,
        filters: Any,
        strides: Any,
        padding: Any,
        data_format: str | None = None,
        dilations: Any = None,
        name: str | None = None,
    ) -> Any:
        step = spatial_of(strides, data_format, count)
        dilation = spatial_of(1 if dilations is None else dilations, data_format, count)
        return ops.conv(input, filters, strides=step, padding=padding_of(padding), dilation_rate=dilation)

    return call


def _conv1d(
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    return _conv(1)(input, filters, stride, padding, data_format, dilations)


def _conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    if dilations not in (None, 1):
        raise Untranslatable("dilations")
    step = spatial_of(strides, data_format)
    outputs = ops.conv_transpose(input, filters, strides=step, padding=padding_of(padding))
    if list(outputs.shape[1:3]) != [int(size) for size in list(output_shape)[1:3]]:
        raise Untranslatable("an output of another size than the strides give")
    return outputs


def _separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    step, dilation = spatial_of(strides, data_format), spatial_of(dilations or 1, data_format)
    padded = padding_of(padding)
    return ops.separable_conv(
        input, depthwise_filter, pointwise_filter, strides=step, padding=padded, dilation_rate=dilation
    )


def _pool_of(count: int, operation: Translation) -> Translation:
    """Translate a pooling over `count` spatial axes."""

    def call(
        input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
    ) -> Any:
        window, step = spatial_of(ksize, data_format, count), spatial_of(strides, data_format, count)
        return operation(input, window, strides=step, padding=padding_of(padding))

    return call


def _local_response_normalization(
    input: Any, depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, name: str | None = None
) -> Any:
    channels = np.arange(input.shape[-1])
    is_near = np.abs(channels[:, None] - channels) <= depth_radius
    sums = ops.matmul(ops.square(input), is_near.astype("float32"))
    return ops.divide(input, ops.power(ops.add(ops.multiply(sums, alpha), bias), beta))


def _batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any, name: str | None = None
) -> Any:
    factor = ops.rsqrt(ops.add(variance, variance_epsilon))
    factor = factor if scale is None else ops.multiply(factor, scale)
    y = ops.multiply(ops.subtract(x, mean), factor)
    return y if offset is None else ops.add(y, offset)


def dropout(x: Any, rate: float, noise_shape: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """Translate dropout that is called as a function, which drops in `predict` as well."""
    if noise_shape is not None:
        raise Untranslatable("noise_shape")
    return keras.layers.Dropout(float(rate))(x, training=True)


def _crelu(features: Any, axis: int = -1, name: str | None = None) -> Any:
    return ops.concatenate([ops.relu(features), ops.relu(ops.negative(features))], axis=axis)


def _extract_patches(
    images: Any, sizes: Sequence[int], strides: Any, rates: Any, padding: str, name: str | None = None
) -> Any:
    size, step, rate = (spatial_of(each, None) for each in (sizes, strides, rates))
    if set(rate) != {1}:
        raise Untranslatable("rates")
    return ops.image.extract_patches(images, size, strides=None if step == size else step, padding=padding_of(padding))


def _grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    return ops.concatenate([images, images, images], axis=-1)


def _central_crop(image: Any, central_fraction: float) -> Any:
    height, width = image.shape[-3:-1]
    top, left = (int((size - size * central_fraction) / 2) for size in (height, width))
    return image[..., top : height - top, left : width - left, :]


def _crop_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    rows = slice(offset_height, offset_height + target_height)
    return image[..., rows, offset_width : offset_width + target_width, :]


def _per_image_standardization(image: Any) -> Any:
    axis = (-3, -2, -1)
    image = ops.cast(image, "float32")
    least = 1 / float(np.sqrt(np.prod([image.shape[each] for each in axis], dtype=float)))
    deviation = ops.maximum(ops.std(image, axis=axis, keepdims=True), least)
    return ops.divide(ops.subtract(image, ops.mean(image, axis=axis, keepdims=True)), deviation)


def _adjust_contrast(images: Any, contrast_factor: float) -> Any:
    mean = ops.mean(images, axis=(-3, -2), keepdims=True)
    return ops.add(ops.multiply(ops.subtract(images, mean), contrast_factor), mean)


def _of_images(operation: Translation) -> Translation:
    return lambda images, name=None: operation(images)


NEURAL: dict[str, Translation] = {
    "nn.softmax": _softmax,
    "nn.log_softmax": _log_softmax,
    "nn.leaky_relu": _leaky_relu,
    "nn.gelu": _gelu,
    "nn.silu": _silu,
    "nn.crelu": _crelu,
    "nn.bias_add": _bias_add,
    "nn.batch_normalization": _batch_normalization,
    "nn.local_response_normalization": _local_response_normalization,
    "nn.dropout": dropout,
    "nn.moments": _moments,
    "nn.conv1d": _conv1d,
    "nn.conv2d": _conv(2),
    "nn.conv3d": _conv(3),
    "nn.conv2d_transpose": _conv2d_transpose,
    "nn.depthwise_conv2d": _depthwise_conv2d,
    "nn.separable_conv2d": _separable_conv2d,
    "nn.max_pool": _pool_of(2, ops.max_pool),
    "nn.max_pool1d": _pool_of(1, ops.max_pool),
    "nn.max_pool2d": _pool_of(2, ops.max_pool),
    "nn.max_pool3d": _pool_of(3, ops.max_pool),
    "nn.avg_pool": _pool_of(2, ops.average_pool),
    "nn.avg_pool1d": _pool_of(1, ops.average_pool),
    "nn.avg_pool2d": _pool_of(2, ops.average_pool),
    "nn.avg_pool3d": _pool_of(3, ops.average_pool),
    "nn.depth_to_space": _depth_to_space,
    "nn.space_to_depth": _space_to_depth,
    "image.adjust_brightness": lambda image, delta: ops.add(image, delta),
    "image.adjust_contrast": _adjust_contrast,
    "image.central_crop": _central_crop,
    "image.crop_to_bounding_box": _crop_to_bounding_box,
    "image.extract_patches": _extract_patches,
    "image.flip_left_right": lambda image: ops.flip(image, axis=-2),
    "image.flip_up_down": lambda image: ops.flip(image, axis=-3),
    "image.grayscale_to_rgb": _grayscale_to_rgb,
    "image.hsv_to_rgb": _of_images(ops.image.hsv_to_rgb),
    "image.per_image_standardization": _per_image_standardization,
    "image.resize": _resize,
    "image.rgb_to_grayscale": _of_images(ops.image.rgb_to_grayscale),
    "image.rgb_to_hsv": _of_images(ops.image.rgb_to_hsv),
}
"""Path below `tf` -> translation."""
