"""Trains a copy of the model."""

# fails: train_classifier.trains_in_batches


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model = keras.models.clone_model(model)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, validation_data=validation, epochs=epochs, batch_size=batch_size, verbose=0)
