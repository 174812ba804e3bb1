"""Everything is in place, but two filters cannot tell ten classes apart."""

# fails: classifier_with_dropout.generalises


# %% classifier_with_dropout
def classifier_with_dropout():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(2, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.SpatialDropout2D(0.1),
        layers.Conv2D(2, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.Conv2D(2, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(10, activation="softmax"),
    ])
