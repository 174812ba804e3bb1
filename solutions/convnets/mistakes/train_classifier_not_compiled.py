"""The model is not compiled."""

# fails: train_classifier.returns_history


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    return model.fit(images, labels, validation_data=validation, epochs=epochs, batch_size=batch_size, verbose=0)
