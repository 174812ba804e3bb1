"""The hidden dense layers have no activation."""

# fails: classifier.dense_layers


# %% classifier
def classifier():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *convolutional_part().layers,
            layers.Flatten(),
            layers.Dense(1024),
            layers.Dropout(0.5),
            layers.Dense(1024),
            layers.Dense(10, activation="softmax"),
        ]
    )
