"""Takes a fifth of the training images for validation."""

# fails: train_classifier.measures_validation, train_classifier.trains_in_batches


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, validation_split=0.2, epochs=epochs, batch_size=batch_size, verbose=0)
