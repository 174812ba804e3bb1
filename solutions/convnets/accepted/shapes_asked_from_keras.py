"""Lets Keras do the arithmetic of shapes, pooling and losses; follows the receptive field back place by place."""
# %% dense_parameters
dense_network = keras.Sequential([layers.Dense(512), layers.Dense(256), layers.Dense(10)])
dense_network.build((None, 3072))
dense_parameters = sum(int(np.prod(weight.shape)) for weight in dense_network.weights)

# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    return layers.Conv2D(filters, kernel_size, strides=stride).compute_output_shape((1, *input_shape))[1:]

# %% max_pool_by_hand
pooled = keras.ops.convert_to_numpy(layers.MaxPooling2D(2)(matrix.astype("float32")[None, :, :, None]))[0, :, :, 0]
pooled_shape = pooled.shape

# %% confidence_losses
confidence_losses = keras.ops.convert_to_numpy(
    keras.losses.SparseCategoricalCrossentropy(reduction=None)(true_classes, predictions)
)

# %% receptive_field
def receptive_field(layers):
    """Go back from one unit through the stack, and collect the places that it sees."""
    places = {0}
    for kernel_size, stride in reversed(layers):
        places = {place * stride + offset for place in places for offset in range(kernel_size)}
    return max(places) - min(places) + 1
