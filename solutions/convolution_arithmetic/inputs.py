"""What the functions of this assignment may be given: two answers that do the same with all of it are the same."""

from autograder.mutation.inputs import call


def _sizes(rng, low, high, count=2):
    """Return whole numbers from `low` to below `high`."""
    return tuple(int(each) for each in rng.integers(low, high, size=count))


def _image_and_kernel(rng):
    """Return an image and a kernel that fits, floats of both signs or integers of one byte."""
    kernel_shape = _sizes(rng, 1, 5)
    shape = tuple(size + more for size, more in zip(kernel_shape, _sizes(rng, 0, 6), strict=True))
    if rng.random() < 0.3:
        return rng.integers(0, 256, size=shape, dtype="uint8"), rng.integers(0, 256, size=kernel_shape, dtype="uint8")
    return rng.normal(size=shape), rng.normal(size=kernel_shape)


def activation_map(rng):
    """Any image, and any kernel that fits."""
    return call(*_image_and_kernel(rng))


def tf_activation_map(rng):
    """Any image, and any kernel that fits."""
    return call(*_image_and_kernel(rng))


def keras_activation_map(rng):
    """Any image, and any kernel that fits."""
    return call(*_image_and_kernel(rng))


def strided(rng):
    """Strides that leave something out, and those that do not."""
    return call(*_image_and_kernel(rng), int(rng.integers(1, 4)))


def pad_same(rng):
    """With and without channels; strides also larger than the kernel."""
    shape = _sizes(rng, 1, 9) + _sizes(rng, 1, 4, count=int(rng.integers(0, 2)))
    return call(rng.normal(size=shape), _sizes(rng, 1, 6), _sizes(rng, 1, 5))


def filter_response(rng):
    """Any number of channels, floats or integers of one byte."""
    channels = int(rng.integers(1, 5))
    kernel_shape = _sizes(rng, 1, 4)
    shape = tuple(size + more for size, more in zip(kernel_shape, _sizes(rng, 0, 5), strict=True))
    if rng.random() < 0.3:
        image = rng.integers(0, 256, size=(*shape, channels), dtype="uint8")
        return call(image, rng.integers(0, 256, size=(*kernel_shape, channels), dtype="uint8"))
    return call(rng.normal(size=(*shape, channels)), rng.normal(size=(*kernel_shape, channels)))


def conv_layer(rng):
    """Small batches, strides of both axes, both paddings."""
    batch, channels, filters = _sizes(rng, 1, 4, count=3)
    kernel_shape = _sizes(rng, 1, 4)
    height, width = (size + more for size, more in zip(kernel_shape, _sizes(rng, 0, 6), strict=True))
    images, weights = (
        rng.normal(size=(batch, height, width, channels)),
        rng.normal(size=(*kernel_shape, channels, filters)),
    )
    return call(images, weights, rng.normal(size=filters), _sizes(rng, 1, 4), str(rng.choice(["valid", "same"])))


def convolution_matrix(rng):
    """Any kernel, and any size of image that it fits in."""
    kernel_shape = _sizes(rng, 1, 4)
    return call(
        rng.normal(size=kernel_shape),
        tuple(size + more for size, more in zip(kernel_shape, _sizes(rng, 0, 4), strict=True)),
    )


def shift_then_convolve(rng):
    """Shifts to both sides that leave an interior."""
    width, more = _sizes(rng, 1, 4)
    image = rng.normal(size=(int(rng.integers(3, 7)), width + more + 3))
    limit = more + 3
    return call(image, rng.normal(size=(int(rng.integers(1, 4)), width)), int(rng.integers(-limit, limit + 1)))


convolve_then_shift = shift_then_convolve


def output_size(rng):
    """Kernels that fit with their holes."""
    kernel, stride, dilation = _sizes(rng, 1, 5, count=3)
    n = dilation * (kernel - 1) + 1 + int(rng.integers(0, 12))
    return call(n, kernel, str(rng.choice(["valid", "same"])), stride, dilation)


def transposed_output_size(rng):
    """Kernels smaller and larger than the stride."""
    n, kernel, stride = _sizes(rng, 1, 7, count=3)
    return call(n, kernel, str(rng.choice(["valid", "same"])), stride)


def receptive_fields(rng):
    """One to five layers."""
    return call([_sizes(rng, 1, 5, count=3) for _ in range(rng.integers(1, 6))])


def max_pool(rng):
    """Windows that overlap, lie side by side, and leave gaps; numbers of both signs."""
    batch, channels, pool_size, stride = _sizes(rng, 1, 4, count=4)
    height, width = (pool_size + more for more in _sizes(rng, 0, 6))
    return call(rng.normal(size=(batch, height, width, channels)), pool_size, stride)


def separable_parameters(rng):
    """Any sizes."""
    return call(*_sizes(rng, 1, 40, count=3))


def vgg_style(rng):
    """Images that are large enough for one to three poolings."""
    num_blocks, filters, num_classes = _sizes(rng, 1, 4, count=3)
    height, width = _sizes(rng, 8, 20)
    return call((height, width, int(rng.integers(1, 4))), num_blocks, filters, num_classes + 1, returns="model")
