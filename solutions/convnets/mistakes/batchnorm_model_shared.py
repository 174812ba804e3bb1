"""One normalisation is used three times."""

# fails: batchnorm_model.normalises_every_convolution


# %% batchnorm_model
def batchnorm_model():
    inputs = keras.Input((32, 32, 3))
    normalise = layers.BatchNormalization(momentum=0.9)
    x = inputs
    for _ in range(3):
        x = layers.Conv2D(64, 3, padding="same")(x)
        x = layers.ReLU()(normalise(x))
        x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
