"""RMSprop in place of Adam."""

# fails: train_classifier.trains_with_adam


# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, validation_data=validation, epochs=epochs, batch_size=batch_size, verbose=0)
