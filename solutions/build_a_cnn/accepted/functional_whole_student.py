"""A whole student who writes everything with the functional interface, and plain loops."""
# %% num_inputs
num_inputs = len(np.zeros((32, 32, 3)).flatten())

# %% dense_layer_parameters
inputs = keras.Input((32, 32, 3))
dense_layer_parameters = keras.Model(inputs, layers.Dense(100)(layers.Flatten()(inputs))).count_params()

# %% conv_layer_parameters
inputs = keras.Input((32, 32, 3))
convolution = layers.Conv2D(100, 3, use_bias=False)
convolution(inputs)
conv_layer_parameters = convolution.count_params()

# %% horizontal_edges
def horizontal_edges(image):
    image = np.array(image, dtype="float64")
    result = []
    for top in range(len(image) - 2):
        line = []
        for left in range(len(image[0]) - 2):
            total = 0.0
            for i in range(3):
                for j in range(3):
                    total += image[top + i][left + j] * edge_kernel[i][j]
            line.append(total)
        result.append(line)
    return np.array(result)

# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    sizes = []
    for _ in range(num_layers):
        if padding != "same":
            size = size - kernel_size + 1
        sizes.append(size)
    return sizes

# %% small_network
def small_network():
    image = keras.layers.Input(shape=(32, 32, 3))
    first = layers.Conv2D(filters=50, kernel_size=(3, 3), strides=1, padding="valid", activation="relu")(image)
    second = layers.Conv2D(filters=50, kernel_size=(3, 3), strides=1, padding="valid", activation="relu")(first)
    flat = layers.Flatten()(second)
    scores = layers.Dense(units=10)(flat)
    return keras.models.Model(inputs=[image], outputs=[scores])

# %% most_parameters
def most_parameters(model):
    best_name, best_count = None, -1
    for layer in model.layers:
        count = 0
        for array in layer.get_weights():
            count += array.size
        if count > best_count:
            best_name, best_count = layer.name, count
    return best_name, best_count

# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    count, start = 0, 0
    while start + pool <= n:
        count += 1
        start += stride
    return count

# %% intro_model
def intro_model():
    image = keras.Input(shape=(32, 32, 3), name="image")
    scaled = layers.Rescaling(scale=2.0 / 255, offset=-1.0)(image)
    conv1 = layers.Conv2D(50, (3, 3), activation="relu", name="conv1")(scaled)
    pool1 = layers.MaxPool2D(pool_size=(2, 2), strides=2, name="pool1")(conv1)
    conv2 = layers.Conv2D(50, (3, 3), activation="relu", name="conv2")(pool1)
    pool2 = layers.MaxPool2D(pool_size=(2, 2), strides=2, name="pool2")(conv2)
    flat = layers.Flatten()(pool2)
    hidden = layers.Dense(50, activation="relu")(flat)
    scores = layers.Dense(10, activation="linear", name="scores")(hidden)
    return keras.Model(inputs=image, outputs=scores, name="cifar_model")

# %% train_and_plot
def train(model, images, labels, validation, batch_size, epochs=20):
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    history = model.fit(x=images, y=labels, epochs=epochs, batch_size=batch_size, validation_data=validation)
    return history


def plot_history(history):
    fig = plt.figure(figsize=(8, 8))
    epochs = np.arange(len(history["loss"])) + 1
    plt.subplot(2, 1, 1)
    plt.plot(epochs, history["loss"], "b-")
    plt.plot(epochs, history["val_loss"], "r--")
    plt.title("Loss")
    plt.xlabel("Epoch")
    plt.ylabel("Loss")
    plt.legend(["train", "val"])
    plt.subplot(2, 1, 2)
    plt.plot(epochs, history["accuracy"], "b-")
    plt.plot(epochs, history["val_accuracy"], "r--")
    plt.title("Accuracy")
    plt.xlabel("Epoch")
    plt.ylabel("Accuracy")
    plt.legend(["train", "val"])
    plt.grid(True)
    return fig

# %% deeper_model
def deeper_model():
    image = keras.Input(shape=(32, 32, 3))
    x = layers.Rescaling(2.0 / 255, -1.0)(image)
    for _ in range(2):
        x = layers.Conv2D(50, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(50, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(50, activation="relu")(x)
    return keras.Model(image, layers.Dense(10)(x), name="deeper")

# %% softmax
def softmax(logits):
    result = []
    for row in logits:
        largest = max(row)
        powers = [np.exp(float(value - largest)) for value in row]
        result.append([power / sum(powers) for power in powers])
    return np.array(result)
