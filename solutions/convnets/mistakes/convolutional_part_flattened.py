"""Ends with Flatten, which belongs to the next question."""

# fails: convolutional_part.takes_colour_images


# %% convolutional_part
def convolutional_part():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3),
            layers.Conv2D(192, 3, padding="same", activation="relu"),
            layers.Conv2D(192, 3, padding="same", activation="relu"),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3),
            layers.Flatten(),
        ]
    )
