"""The batch size is left to Keras."""

# fails: train_classifier.trains_in_batches


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, validation_data=validation, epochs=epochs, verbose=0)
