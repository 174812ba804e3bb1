"""Both curves have one name."""

# fails: train_and_plot.legend


# %% train_and_plot
def train(model, images, labels, validation, batch_size, epochs=20):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model.fit(images, labels, validation_data=validation, batch_size=batch_size, epochs=epochs, verbose=0)


def plot_history(history):
    figure, axes = plt.subplots(1, 2)
    for each, name in zip(axes, ("loss", "accuracy")):
        each.plot(history[name], label=name)
        each.plot(history["val_" + name], label=name)
        each.set(xlabel="epoch", ylabel=name)
        each.legend()
    return figure
