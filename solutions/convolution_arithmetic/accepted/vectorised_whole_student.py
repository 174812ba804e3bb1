"""A whole student: windows and einsum wherever there could be a loop."""
# %% activation_map
def activation_map(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", windows.astype("float64"), kernel.astype("float64"))

# %% pad_same
def pad_same(image, kernel_size, strides=(1, 1)):
    size, kernel, stride = np.array(image.shape[:2]), np.array(kernel_size), np.array(strides)
    total = np.maximum((np.ceil(size / stride).astype(int) - 1) * stride + kernel - size, 0)
    (top, left), (height, width) = total // 2, size + total
    framed = np.zeros((height, width) + image.shape[2:], image.dtype)
    framed[top : top + size[0], left : left + size[1]] = image
    return framed

# %% filter_response
def filter_response(image, weights):
    rows, columns, _ = weights.shape
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), (rows, columns), axis=(0, 1))
    return np.einsum("ijcuv,uvc->ij", windows, weights)

# %% conv_layer
def conv_layer(images, weights, bias, strides=(1, 1), padding="valid"):
    rows, columns, channels, filters = weights.shape
    if padding.lower() == "same":
        images = np.array([pad_same(image, (rows, columns), strides) for image in images])
    windows = np.lib.stride_tricks.sliding_window_view(images, (rows, columns, channels), axis=(1, 2, 3))
    windows = windows[:, :: strides[0], :: strides[1], 0]
    patches = windows.reshape(*windows.shape[:3], rows * columns * channels)
    return patches @ weights.reshape(-1, filters) + bias

# %% layer_shapes
filters, size, channels, side = 64, 5, 3, 128
kernel_shape = size, size
filter_shape = size, size, channels
map_shape = side, side
output_shape = side, side, filters
next_filter_shape = size, size, filters
batch_shape = 8, side, side, channels

# %% flattened_size
flattened_size = np.prod((10, 10, 16))

# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    pixels = np.eye(np.prod(image_shape)).reshape(-1, *image_shape)
    return np.stack([activation_map(pixel, kernel).ravel() for pixel in pixels], axis=1)


num_shared_weights, num_dense_weights = 9, 64

# %% equivariance
def interior(values, dx, width):
    return values[:, dx:] if dx >= 0 else values[:, : width + dx]


def shift_then_convolve(image, kernel, dx):
    columns = np.arange(image.shape[1]) - dx
    is_inside = (columns >= 0) & (columns < image.shape[1])
    shifted = np.where(is_inside, image[:, np.clip(columns, 0, image.shape[1] - 1)], 0)
    output = activation_map(shifted, kernel)
    return interior(output, dx, output.shape[1])


def convolve_then_shift(image, kernel, dx):
    output = activation_map(image, kernel)
    return interior(np.roll(output, dx, axis=1), dx, output.shape[1])


before = np.concatenate([np.zeros((4, 2), int), spots], axis=1)
windows = np.stack([before[:, 2 - dx : 8 - dx] for dx in range(3)])
pooled_spots = np.maximum(windows[:, :, ::2], windows[:, :, 1::2])
pooled_spots = np.maximum(pooled_spots[:, ::2], pooled_spots[:, 1::2])

# %% hand_designed_kernels
blur = np.outer([1, 2, 1], [1, 2, 1]) / 16
sharpen = 2 * np.eye(3)[:, [1]] * np.eye(3)[1] - np.full((3, 3), 1 / 9)
vertical_edges = np.outer([3, 10, 3], [1, 0, -1])
horizontal_edges = vertical_edges.T

# %% output_size
def output_size(n, kernel, padding, stride=1, dilation=1):
    reach = (kernel - 1) * dilation + 1
    return len(range(0, n, stride)) if padding == "same" else len(range(0, n - reach + 1, stride))


def transposed_output_size(n, kernel, padding, stride=1):
    return {"same": n * stride, "valid": max((n - 1) * stride + kernel, n * stride)}[padding]

# %% strided_convolution
def strided(image, kernel, s):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::s, ::s]
    return np.tensordot(windows, kernel, axes=2)

# %% receptive_field_of_stack
def receptive_fields(layers):
    kernels, strides, dilations = np.array(layers).T
    steps = np.cumprod(np.concatenate([[1], strides[:-1]]))
    return 1 + np.cumsum((kernels - 1) * dilations * steps)

# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows = np.arange(0, height - pool_size + 1, stride)[:, None] + np.arange(pool_size)
    columns = np.arange(0, width - pool_size + 1, stride)[:, None] + np.arange(pool_size)
    return images[:, rows].max(axis=2)[:, :, columns].max(axis=3)

# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    depthwise, pointwise = np.prod([kernel_size, kernel_size, channels]), channels * filters
    return np.array([depthwise * filters, depthwise + pointwise])

# %% in_tensorflow
def tf_activation_map(image, kernel):
    x = tf.expand_dims(tf.expand_dims(tf.cast(image, tf.float32), 0), -1)
    w = tf.reshape(tf.cast(kernel, tf.float32), kernel.shape + (1, 1))
    return tf.squeeze(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="VALID"), axis=[0, 3]).numpy()

# %% in_keras
def keras_activation_map(image, kernel):
    layer = keras.layers.Conv2D(filters=1, kernel_size=kernel.shape)
    image = image.reshape(1, *image.shape, 1).astype("float32")
    layer(image)
    layer.kernel.assign(kernel.reshape(*kernel.shape, 1, 1))
    return np.array(layer(image)).reshape(image.shape[1] - kernel.shape[0] + 1, -1)

# %% common_architecture
def vgg_style(input_shape, num_blocks, filters, num_classes):
    inputs = keras.Input(shape=input_shape)
    x = inputs
    for _ in range(num_blocks):
        x = layers.Conv2D(filters, (3, 3), padding="same", activation="relu")(x)
        x = layers.Conv2D(filters, (3, 3), padding="same", activation="relu")(x)
        x = layers.MaxPooling2D((2, 2), strides=(2, 2))(x)
        filters *= 2
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    outputs = layers.Dense(num_classes, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="vgg")
