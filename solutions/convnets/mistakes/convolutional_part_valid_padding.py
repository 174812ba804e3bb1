"""No padding: the maps become too small for the last layers."""

# fails: convolutional_part.takes_colour_images, classifier.scores_ten_classes


# %% convolutional_part
def convolutional_part():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(48, 3, activation="relu"),
            layers.MaxPooling2D(3),
            layers.Conv2D(128, 3, activation="relu"),
            layers.MaxPooling2D(3),
            layers.Conv2D(192, 3, activation="relu"),
            layers.Conv2D(192, 3, activation="relu"),
            layers.Conv2D(128, 3, activation="relu"),
            layers.MaxPooling2D(3),
        ]
    )
