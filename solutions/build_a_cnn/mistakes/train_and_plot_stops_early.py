"""Training ends once the validation loss has risen twice, however many epochs were asked for."""

# fails: train_and_plot.twenty_epochs


# %% train_and_plot
def train(model, images, labels, validation, batch_size, epochs=20):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(patience=2)
    options = {"batch_size": batch_size, "epochs": epochs, "callbacks": [stop], "verbose": 0}
    return model.fit(images, labels, validation_data=validation, **options)


def plot_history(history):
    figure, axes = plt.subplots(1, 2)
    for each, name in zip(axes, ("loss", "accuracy")):
        each.plot(history[name], label="training")
        each.plot(history["val_" + name], label="validation")
        each.set(xlabel="epoch", ylabel=name)
        each.legend()
    return figure
