"""A whole student: every model in the functional interface, arrays instead of loops, plain Keras."""
# %% dense_parameters
first = (32 * 32 * 3 + 1) * 512
second = (512 + 1) * 256
third = (256 + 1) * 10
dense_parameters = first + second + third

# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    h, w, c = input_shape
    new_h = (h - kernel_size) // stride + 1
    new_w = (w - kernel_size) // stride + 1
    return (new_h, new_w, filters)

# %% max_pool_by_hand
pooled = np.array([[9, 5, 8], [9, 9, 8], [9, 9, 9]])
pooled_shape = (3, 3)

# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    labels = labels.squeeze(axis=1)
    num_train = len(images) - num_validation
    return (images[:num_train], labels[:num_train]), (images[num_train:], labels[num_train:])

# %% convolutional_part
def convolutional_part():
    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(48, (3, 3), padding="same", activation="relu")(inputs)
    x = layers.MaxPooling2D((3, 3), strides=(3, 3))(x)
    x = layers.Conv2D(128, (3, 3), padding="same", activation="relu")(x)
    x = layers.MaxPooling2D((3, 3), strides=(3, 3))(x)
    x = layers.Conv2D(192, (3, 3), padding="same", activation="relu")(x)
    x = layers.Conv2D(192, (3, 3), padding="same", activation="relu")(x)
    x = layers.Conv2D(128, (3, 3), padding="same", activation="relu")(x)
    outputs = layers.MaxPooling2D((3, 3), strides=(3, 3))(x)
    return keras.Model(inputs=inputs, outputs=outputs, name="convolutional_part")

# %% classifier
def classifier():
    features = convolutional_part()
    x = layers.Flatten()(features.output)
    x = layers.Dense(1024, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(1024, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(features.input, outputs, name="small_alexnet")

# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    history = model.fit(images, labels, batch_size=batch_size, epochs=epochs, validation_data=validation)
    return history

# %% test_performance
def evaluate(model, images, labels):
    loss, accuracy = model.evaluate(images, labels)
    return {"loss": loss, "accuracy": accuracy}

# %% classify
def classify(model, images):
    scores = model.predict(images)
    labels = np.argmax(scores, axis=1)
    probabilities = np.take_along_axis(scores, labels[:, np.newaxis], axis=1)[:, 0]
    return labels, probabilities

# %% confidence_losses
confidence_losses = -np.log(np.take_along_axis(predictions, true_classes[:, np.newaxis], axis=1)).ravel()

# %% receptive_field
def receptive_field(layers):
    kernels, strides = np.transpose(layers)
    distances = np.cumprod(np.append(1, strides[:-1]))
    return int(1 + np.sum((kernels - 1) * distances))

# %% fully_convolutional_model
def fully_convolutional_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(64, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(128, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(10, 1)(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Activation("softmax")(x)
    return keras.Model(inputs, outputs)

# %% batchnorm_model
def conv_bn_relu(x, filters, **options):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, **options)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)


def batchnorm_model():
    inputs = keras.Input((32, 32, 3))
    x = conv_bn_relu(inputs, 32)
    x = conv_bn_relu(x, 64, strides=2)
    x = conv_bn_relu(x, 128, strides=2)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs)

# %% residual_block
def residual_block(filters, strides=1):
    def apply(inputs):
        x = layers.Conv2D(filters, 3, strides=strides, padding="same")(inputs)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        if strides > 1 or inputs.shape[-1] != filters:
            shortcut = layers.Conv2D(filters, 1, strides=strides, padding="same")(inputs)
            shortcut = layers.BatchNormalization()(shortcut)
        else:
            shortcut = inputs
        x = layers.add([x, shortcut])
        return layers.Activation("relu")(x)

    return apply

# %% residual_model
def residual_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = residual_block(16)(x)
    x = residual_block(32, strides=2)(x)
    x = residual_block(64, strides=2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs)

# %% filters_figure
def filters_figure(model):
    parts = [getattr(layer, "layers", [layer]) for layer in model.layers]
    convolutions = [layer for part in parts for layer in part if isinstance(layer, layers.Conv2D)]
    kernel, bias = convolutions[0].get_weights()
    count = kernel.shape[3]
    figure, axes = plt.subplots(1, count, figsize=(12, 1))
    for number, axis in enumerate(np.ravel(axes)):
        filter_ = kernel[:, :, :, number]
        axis.imshow((filter_ - filter_.min()) / (filter_.max() - filter_.min()))
        axis.axis("off")
    return figure
