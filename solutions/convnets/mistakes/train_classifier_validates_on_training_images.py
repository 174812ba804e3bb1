"""Validates on the training images."""

# fails: train_classifier.measures_validation


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, validation_data=(images, labels), epochs=epochs, batch_size=batch_size, verbose=0)
