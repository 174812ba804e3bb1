"""A whole student: every model in the functional interface, plain Keras, arrays instead of loops."""

# %% classifier_with_dropout
def classifier_with_dropout():
    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(16, (3, 3), padding="same")(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Activation("relu")(x)
    x = layers.SpatialDropout2D(0.1)(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(32, (3, 3), padding="same")(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(64, (3, 3), padding="same")(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs)


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    pairs = np.asarray(labels) * num_classes + np.asarray(predictions)
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


# %% confusion_figure
def confusion_figure(matrix, class_names):
    fig, ax = plt.subplots()
    image = ax.imshow(matrix)
    fig.colorbar(image)
    ax.set_xticks(range(len(class_names)))
    ax.set_yticks(range(len(class_names)))
    ax.set_xticklabels(class_names)
    ax.set_yticklabels(class_names)
    ax.set_xlabel("Predicted class")
    ax.set_ylabel("True class")
    for i in range(len(class_names)):
        for j in range(len(class_names)):
            ax.text(j, i, matrix[i, j], ha="center", va="center")
    return fig


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    grad_model = keras.Model(model.inputs, [model.get_layer(layer_name).output, model.output])
    batch = tf.cast(tf.expand_dims(image, 0), tf.float32)
    with tf.GradientTape() as tape:
        maps, logits = grad_model(batch)
        loss = logits[:, class_index]
    grads = tape.gradient(loss, maps)
    alphas = tf.reduce_mean(grads, axis=[0, 1, 2])
    cam = tf.nn.relu(tf.linalg.matvec(maps[0], alphas))
    return tf.math.divide_no_nan(cam, tf.reduce_max(cam)).numpy()


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    inputs = keras.Input(maps_shape)
    x = layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, layers.Dense(num_classes, activation="softmax")(x))


# %% resize_images
def resize_images(images, size):
    return tf.image.resize(images, size)


# %% feature_extraction
def feature_extractor(backbone, num_classes):
    backbone.trainable = False
    x = layers.GlobalAveragePooling2D()(backbone.output)
    outputs = layers.Dense(num_classes, activation="softmax")(x)
    return keras.Model(backbone.input, outputs)


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    for layer in backbone.layers:
        layer.trainable = False
    backbone.get_layer("block4_conv").trainable = True
    backbone.trainable = True
    for layer in backbone.layers:
        if layer.name != "block4_conv":
            layer.trainable = False
    optimizer = keras.optimizers.Adam(learning_rate=learning_rate)
    model.compile(optimizer=optimizer, loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    history = model.fit(images, labels, epochs=epochs, batch_size=16, verbose=0)
    return history


# %% iou
def iou(boxes, others):
    x1, y1, w1, h1 = np.transpose(np.asarray(boxes, dtype=float))
    x2, y2, w2, h2 = np.transpose(np.asarray(others, dtype=float))
    overlap_x = np.minimum(x1 + w1, x2 + w2) - np.maximum(x1, x2)
    overlap_y = np.minimum(y1 + h1, y2 + h2) - np.maximum(y1, y2)
    intersection = np.clip(overlap_x, 0, None) * np.clip(overlap_y, 0, None)
    union = w1 * h1 + w2 * h2 - intersection
    union[union == 0] = 1
    return intersection / union


# %% localizer
def localizer():
    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (16, 32, 64):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.Activation("relu")(x)
        x = layers.MaxPooling2D()(x)
    averages = layers.GlobalAveragePooling2D()(x)
    classes = layers.Dense(10, activation="softmax", name="classes")(averages)
    flat = layers.Flatten()(x)
    hidden = layers.Dense(64, activation="relu")(flat)
    boxes = layers.Dense(4, activation="sigmoid", name="boxes")(hidden)
    return keras.Model(inputs, [classes, boxes])


# %% train_localizer
def train_localizer(model, images, labels, boxes, epochs):
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=[keras.losses.SparseCategoricalCrossentropy(), keras.losses.MeanSquaredError()],
        loss_weights=[1.0, 20.0],
        metrics=[["accuracy"], ["mae"]],
    )
    return model.fit(images, (labels, boxes), epochs=epochs, verbose=0)


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    masks = np.reshape(masks, (len(masks), -1)).astype(bool)
    found = np.reshape(predictions, (len(masks), -1)) > threshold
    intersection = np.logical_and(masks, found).sum(axis=1)
    union = np.logical_or(masks, found).sum(axis=1)
    result = np.ones(len(masks))
    result[union > 0] = intersection[union > 0] / union[union > 0]
    return result


# %% dice_loss
def dice_loss(y_true, y_pred):
    y_true = tf.cast(y_true, tf.float32)
    overlap = tf.reduce_sum(y_true * y_pred, axis=[1, 2, 3])
    sizes = tf.reduce_sum(y_true, axis=[1, 2, 3]) + tf.reduce_sum(y_pred, axis=[1, 2, 3])
    return 1.0 - (2.0 * overlap + 1.0) / (sizes + 1.0)


# %% segmenter
def segmenter():
    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    skips = []
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(48, 3, padding="same", activation="relu")(x)
    for filters in (32, 16):
        x = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.concatenate([x, skips.pop()])
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs)
