"""Functional models that are made of models, and a class of one's own around inputs and outputs."""
# %% intro_model
def features():
    inputs = keras.Input((32, 32, 3))
    x = inputs
    for layer in (
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(50, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(50, 3, activation="relu"),
        layers.MaxPooling2D(2),
    ):
        x = layer(x)
    return keras.Model(inputs, x)


class CifarModel(keras.Model):
    def __init__(self):
        inputs = keras.Input((32, 32, 3))
        x = layers.Flatten()(features()(inputs))
        x = layers.Dense(50, activation="relu")(x)
        super().__init__(inputs, layers.Dense(10)(x), name="cifar_model")


def intro_model():
    return CifarModel()

# %% deeper_model
def deeper_model():
    lower = features()
    return keras.Sequential([
        lower,
        layers.Conv2D(50, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(50, activation="relu"),
        layers.Dense(10),
    ])

# %% horizontal_edges
def horizontal_edges(image):
    layer = layers.Conv2D(1, 3, use_bias=False)
    layer.build((None, None, None, 1))
    layer.set_weights([edge_kernel[:, :, np.newaxis, np.newaxis]])
    return layer(image[np.newaxis, :, :, np.newaxis].astype("float32"))[0, :, :, 0]

# %% train_and_plot
def train(model, images, labels, validation, batch_size, epochs=20):
    def loss(classes, logits):
        return keras.losses.sparse_categorical_crossentropy(classes, logits, from_logits=True)

    model.compile(loss=loss, optimizer="adam", metrics=["acc"])
    return model.fit(images, labels, batch_size, epochs, validation_data=validation)


def plot_history(history):
    figure = Figure(figsize=(8, 3))
    left = figure.add_subplot(1, 1, 1)
    right = left.twinx()
    left.plot(history["loss"], "C0", label="training loss")
    left.plot(history["val_loss"], "C0--", label="validation loss")
    right.plot(history["accuracy"], "C1", label="training accuracy")
    right.plot(history["val_accuracy"], "C1--", label="validation accuracy")
    left.set(xlabel="epoch", ylabel="loss")
    right.set(xlabel="epoch", ylabel="accuracy")
    left.legend(loc="upper left")
    right.legend(loc="lower left")
    return figure

# %% softmax
def softmax(logits):
    return keras.ops.softmax(keras.ops.cast(logits, "float32"), axis=1)
