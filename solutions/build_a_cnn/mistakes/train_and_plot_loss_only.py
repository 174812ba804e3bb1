"""Only the loss is drawn."""

# fails: train_and_plot.draws_curves


# %% train_and_plot
def train(model, images, labels, validation, batch_size, epochs=20):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model.fit(images, labels, validation_data=validation, batch_size=batch_size, epochs=epochs, verbose=0)


def plot_history(history):
    figure, axes = plt.subplots()
    axes.plot(history["loss"], label="training")
    axes.plot(history["val_loss"], label="validation")
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend()
    return figure
