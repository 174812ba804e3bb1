"""Dropout after both dense layers."""

# fails: classifier.dropout


# %% classifier
def classifier():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *convolutional_part().layers,
            layers.Flatten(),
            layers.Dense(1024, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1024, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
