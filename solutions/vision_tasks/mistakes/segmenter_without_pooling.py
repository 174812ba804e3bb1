"""All convolutions work at the full size."""

# fails: segmenter.down_and_up


# %% segmenter
def segmenter():
    inputs = x = keras.Input((32, 32, 3))
    for filters in (16, 32, 16):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
