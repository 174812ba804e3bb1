"""Returns the history's dictionary."""

# fails: train_classifier.returns_history


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(images, labels, validation_data=validation, epochs=epochs, batch_size=batch_size, verbose=0)
    return history.history
