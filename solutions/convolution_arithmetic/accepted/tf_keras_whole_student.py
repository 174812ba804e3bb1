"""A whole student: tf.keras and functions of TensorFlow, wherever a library is named or does the work."""
# %% activation_map
def activation_map(image, kernel):
    images = tf.reshape(tf.cast(image, tf.float64), (1, *image.shape, 1))
    filters = tf.reshape(tf.cast(kernel, tf.float64), (*kernel.shape, 1, 1))
    return tf.nn.conv2d(images, filters, strides=1, padding="VALID")[0, :, :, 0].numpy()

# %% pad_same
def pad_same(image, kernel_size, strides=(1, 1)):
    paddings = []
    for size, kernel, stride in zip(image.shape, kernel_size, strides):
        rest = size % stride
        total = max(kernel - stride if rest == 0 else kernel - rest, 0)
        paddings.append([total // 2, total - total // 2])
    if len(image.shape) == 3:
        paddings.append([0, 0])
    return tf.pad(image, paddings)

# %% conv_layer
def conv_layer(images, weights, bias, strides=(1, 1), padding="valid"):
    return tf.nn.bias_add(tf.nn.conv2d(images, weights, strides, padding.upper()), bias).numpy()

# %% layer_shapes
first = tf.keras.layers.Conv2D(64, 5, padding="same")
images = np.zeros((8, 128, 128, 3), "float32")
batch_shape = images.shape
maps = first(images[:1])
weights = first.get_weights()[0]
kernel_shape, filter_shape = weights.shape[:2], weights.shape[:3]
map_shape, output_shape = maps.shape[1:3], maps.shape[1:]
second = tf.keras.layers.Conv2D(10, 5)
second.build(maps.shape)
next_filter_shape = second.get_weights()[0][..., 0].shape

# %% flattened_size
flattened_size = tf.keras.layers.Flatten()(np.zeros((1, 10, 10, 16))).shape[1]

# %% max_pool
def max_pool(images, pool_size, stride):
    return tf.nn.max_pool2d(tf.cast(images, tf.float32), ksize=pool_size, strides=stride, padding="VALID")

# %% in_tensorflow
def tf_activation_map(image, kernel):
    image = tf.convert_to_tensor(image.astype(np.float32))
    kernel = tf.convert_to_tensor(kernel.astype(np.float32))
    maps = tf.nn.conv2d(image[tf.newaxis, :, :, tf.newaxis], kernel[:, :, tf.newaxis, tf.newaxis], 1, "VALID")
    return tf.squeeze(maps, [0, -1])

# %% in_keras
def keras_activation_map(image, kernel):
    layer = tf.keras.layers.Conv2D(
        1, kernel.shape, kernel_initializer=tf.keras.initializers.Constant(kernel[:, :, np.newaxis, np.newaxis])
    )
    return layer(tf.cast(image, tf.float32)[tf.newaxis, :, :, tf.newaxis])[0, :, :, 0]

# %% common_architecture
def vgg_style(input_shape, num_blocks, filters, num_classes):
    model = tf.keras.models.Sequential()
    for block in range(num_blocks):
        count = filters * 2**block
        if block == 0:
            model.add(tf.keras.layers.Conv2D(count, 3, padding="same", activation="relu", input_shape=input_shape))
        else:
            model.add(tf.keras.layers.Conv2D(count, 3, padding="same", activation="relu"))
        model.add(tf.keras.layers.Conv2D(count, 3, padding="same", activation="relu"))
        model.add(tf.keras.layers.MaxPool2D(pool_size=2, strides=2))
    model.add(tf.keras.layers.Flatten())
    model.add(tf.keras.layers.Dense(128, activation=tf.nn.relu))
    model.add(tf.keras.layers.Dense(num_classes, activation=tf.nn.softmax))
    return model
