"""Always ten epochs."""

# fails: train_classifier.returns_history


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, validation_data=validation, epochs=10, batch_size=batch_size, verbose=0)
