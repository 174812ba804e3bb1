"""The normalisations are frozen, and so stay in inference mode."""

# fails: batchnorm_model.uses_batch_statistics_in_training


# %% batchnorm_model
def batchnorm_model():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(trainable=False),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", use_bias=False),
            layers.BatchNormalization(trainable=False),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(128, 3, padding="same", use_bias=False),
            layers.BatchNormalization(trainable=False),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )
