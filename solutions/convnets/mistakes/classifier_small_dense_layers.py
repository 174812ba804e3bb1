"""Dense layers of 512."""

# fails: classifier.dense_layers


# %% classifier
def classifier():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *convolutional_part().layers,
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
