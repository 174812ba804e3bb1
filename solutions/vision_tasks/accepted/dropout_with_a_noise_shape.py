"""Spatial dropout as a `Dropout` with a noise shape, which is how Keras describes it."""

# %% classifier_with_dropout
def classifier_with_dropout():
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (24, 48, 96):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D(2))
        model.add(layers.Dropout(0.1, noise_shape=(None, 1, 1, None)))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    return model
