"""A single convolution."""

# fails: classifier_with_dropout.dropout_between_convolutions


# %% classifier_with_dropout
def classifier_with_dropout():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(24, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.SpatialDropout2D(0.2),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
