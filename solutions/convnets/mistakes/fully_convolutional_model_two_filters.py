"""Everything is in place, but two filters cannot tell ten classes apart."""

# fails: fully_convolutional_model.generalises


# %% fully_convolutional_model
def fully_convolutional_model():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(2, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(2, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(10, 1),
            layers.GlobalAveragePooling2D(),
            layers.Softmax(),
        ]
    )
