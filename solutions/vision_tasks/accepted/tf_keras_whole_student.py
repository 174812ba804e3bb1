"""A whole student: everything from `tf.keras`, Sequential where it can be."""

# %% classifier_with_dropout
def classifier_with_dropout():
    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Input(shape=(28, 28, 1)))
    model.add(tf.keras.layers.Conv2D(32, 3, padding="same", strides=2))
    model.add(tf.keras.layers.BatchNormalization(momentum=0.9))
    model.add(tf.keras.layers.ReLU())
    model.add(tf.keras.layers.SpatialDropout2D(0.1))
    model.add(tf.keras.layers.Conv2D(64, 3, padding="same"))
    model.add(tf.keras.layers.BatchNormalization(momentum=0.9))
    model.add(tf.keras.layers.ReLU())
    model.add(tf.keras.layers.MaxPooling2D())
    model.add(tf.keras.layers.Conv2D(64, 3, padding="same"))
    model.add(tf.keras.layers.BatchNormalization(momentum=0.9))
    model.add(tf.keras.layers.ReLU())
    model.add(tf.keras.layers.GlobalAveragePooling2D())
    model.add(tf.keras.layers.Dense(10, activation="softmax"))
    return model


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    return tf.math.confusion_matrix(labels, predictions, num_classes=num_classes).numpy()


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    layer = model.get_layer(layer_name)
    both = tf.keras.models.Model(inputs=model.input, outputs=(model.output, layer.output))
    image = tf.keras.ops.convert_to_tensor(image, dtype="float32")
    with tf.GradientTape() as tape:
        scores, maps = both(image[tf.newaxis, ...])
        chosen = tf.gather(scores[0], class_index)
    weights = tf.reduce_mean(tape.gradient(chosen, maps), axis=(1, 2), keepdims=True)
    result = tf.keras.activations.relu(tf.reduce_sum(weights * maps, axis=-1))[0].numpy()
    return result / (result.max() or 1)


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(shape=maps_shape),
            tf.keras.layers.GlobalAvgPool2D(),
            tf.keras.layers.Dense(num_classes),
            tf.keras.layers.Softmax(),
        ]
    )


# %% resize_images
def resize_images(images, size):
    return tf.keras.layers.Resizing(size[0], size[1], interpolation="bilinear")(images.astype("float32")).numpy()


# %% feature_extraction
def feature_extractor(backbone, num_classes):
    for layer in backbone.layers:
        layer.trainable = False
    return tf.keras.Sequential(
        [
            backbone,
            tf.keras.layers.GlobalAveragePooling2D(),
            tf.keras.layers.Dense(num_classes, activation="softmax"),
        ]
    )


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    for layer in backbone.layers:
        layer.trainable = layer.name == "block4_conv"
    backbone.trainable = True
    for layer in backbone.layers:
        layer.trainable = layer.name == "block4_conv"
    model.compile(tf.keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model.fit(images, labels, epochs=epochs)


# %% localizer
def localizer():
    inputs = tf.keras.layers.Input(shape=(32, 32, 3))
    x = inputs
    for filters in (24, 32, 48):
        x = tf.keras.layers.Conv2D(filters, 3, strides=2, padding="same")(x)
        x = tf.keras.layers.BatchNormalization(momentum=0.9)(x)
        x = tf.keras.layers.ReLU()(x)
        x = tf.keras.layers.Conv2D(filters, 3, padding="same")(x)
        x = tf.keras.layers.BatchNormalization(momentum=0.9)(x)
        x = tf.keras.layers.ReLU()(x)
    x = tf.keras.layers.Dense(64, activation="relu")(tf.keras.layers.Flatten()(x))
    classes = tf.keras.layers.Dense(10, activation="softmax")(x)
    boxes = tf.keras.layers.Dense(4, activation="sigmoid")(x)
    return tf.keras.models.Model(inputs, [classes, boxes])


# %% segmenter
def segmenter():
    inputs = tf.keras.Input((32, 32, 3))
    x = tf.keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    first = tf.keras.layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    second = tf.keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(first)
    third = tf.keras.layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(second)
    x = tf.keras.layers.Conv2DTranspose(32, 2, strides=2, activation="relu")(third)
    x = tf.keras.layers.concatenate([x, second])
    x = tf.keras.layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = tf.keras.layers.Conv2DTranspose(16, 2, strides=2, activation="relu")(x)
    x = tf.keras.layers.concatenate([x, first])
    x = tf.keras.layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    return tf.keras.Model(inputs, tf.keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x))
