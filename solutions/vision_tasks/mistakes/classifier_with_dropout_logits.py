"""Softmax is missing."""

# fails: classifier_with_dropout.ten_probabilities


# %% classifier_with_dropout
def classifier_with_dropout():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(24, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.SpatialDropout2D(0.2),
        layers.Conv2D(48, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(10),
    ])
