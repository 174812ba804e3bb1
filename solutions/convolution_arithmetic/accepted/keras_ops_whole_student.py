"""A whole student: keras.ops wherever it computes what is asked for."""
# %% activation_map
def activation_map(image, kernel):
    image = keras.ops.convert_to_tensor(image, "float32")[None, :, :, None]
    kernel = keras.ops.convert_to_tensor(kernel, "float32")[:, :, None, None]
    return keras.ops.conv(image, kernel)[0, :, :, 0].numpy()

# %% filter_response
def filter_response(image, weights):
    image, weights = keras.ops.cast(image, "float32"), keras.ops.cast(weights, "float32")
    return keras.ops.conv(image[None], weights[..., None], padding="valid")[0, ..., 0]

# %% conv_layer
def conv_layer(images, weights, bias, strides=(1, 1), padding="valid"):
    return keras.ops.conv(images, weights, strides=tuple(strides), padding=padding) + bias

# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    num_pixels = image_shape[0] * image_shape[1]
    pixels = keras.ops.reshape(keras.ops.eye(num_pixels), (num_pixels, *image_shape, 1))
    maps = keras.ops.conv(pixels, kernel[:, :, None, None].astype("float32"))
    return keras.ops.transpose(keras.ops.reshape(maps, (num_pixels, -1)))


num_shared_weights = len(np.unique(np.arange(9)))
num_dense_weights = layers.Dense(4, use_bias=False)
num_dense_weights.build((None, 16))
num_dense_weights = num_dense_weights.count_params()

# %% equivariance
def shift_then_convolve(image, kernel, dx):
    shifted = keras.ops.roll(image, dx, axis=1)
    return activation_map(shifted, kernel)[:, slice(dx, None) if dx >= 0 else slice(None, dx)]


def convolve_then_shift(image, kernel, dx):
    output = activation_map(image, kernel)
    return keras.ops.roll(output, dx, axis=1)[:, slice(dx, None) if dx >= 0 else slice(None, dx)]


moved_spots = np.zeros((3, 4, 6, 1))
for dx in range(3):
    moved_spots[dx, :, dx:, 0] = spots[:, : 6 - dx]
pooled_spots = keras.ops.max_pool(moved_spots, 2)[..., 0]

# %% output_size
def output_size(n, kernel, padding, stride=1, dilation=1):
    layer = layers.Conv1D(1, kernel, strides=stride if dilation == 1 else 1, padding=padding, dilation_rate=dilation)
    size = layer.compute_output_shape((1, n, 1))[1]
    return size if dilation == 1 else -(-size // stride)


def transposed_output_size(n, kernel, padding, stride=1):
    return layers.Conv1DTranspose(1, kernel, strides=stride, padding=padding).compute_output_shape((1, n, 1))[1]

# %% strided_convolution
def strided(image, kernel, s):
    return keras.ops.conv(image[None, :, :, None], kernel[:, :, None, None], strides=s)[0, :, :, 0]

# %% max_pool
def max_pool(images, pool_size, stride):
    return keras.ops.max_pool(keras.ops.cast(images, "float32"), pool_size, stride, padding="valid")

# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    counts = []
    for kind in (layers.Conv2D, layers.SeparableConv2D):
        layer = kind(filters, kernel_size, use_bias=False)
        layer.build((None, 64, 64, channels))
        counts.append(layer.count_params())
    return tuple(counts)

# %% in_tensorflow
def tf_activation_map(image, kernel):
    image, kernel = image.astype("float32"), kernel.astype("float32")
    return tf.nn.convolution(image[None, ..., None], kernel[..., None, None])[0, ..., 0]

# %% in_keras
def keras_activation_map(image, kernel):
    model = keras.Sequential([
        keras.Input((*image.shape, 1)),
        layers.Conv2D(1, kernel.shape, kernel_initializer=lambda shape, dtype: kernel.reshape(shape).astype(dtype)),
    ])
    return model.predict(image[np.newaxis, ..., np.newaxis].astype("float32"), verbose=0)[0, ..., 0]

# %% common_architecture
def vgg_style(input_shape, num_blocks, filters, num_classes):
    x = inputs = keras.Input(input_shape)
    for block in range(num_blocks):
        for _ in range(2):
            x = keras.ops.relu(layers.Conv2D(filters << block, 3, padding="same")(x))
        x = keras.ops.max_pool(x, 2)
    x = keras.ops.reshape(x, (-1, np.prod(x.shape[1:])))
    x = keras.ops.relu(layers.Dense(128)(x))
    return keras.Model(inputs, keras.ops.softmax(layers.Dense(num_classes)(x)))
