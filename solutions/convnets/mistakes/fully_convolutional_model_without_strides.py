"""Poolings are left out, and nothing takes their place."""

# fails: fully_convolutional_model.strides_in_place_of_pooling


# %% fully_convolutional_model
def fully_convolutional_model():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(10, 1),
            layers.GlobalAveragePooling2D(),
            layers.Softmax(),
        ]
    )
