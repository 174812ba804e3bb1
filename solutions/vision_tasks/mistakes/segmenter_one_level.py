"""The size is halved only once."""

# fails: segmenter.down_and_up


# %% segmenter
def segmenter():
    inputs = keras.Input((32, 32, 3))
    large = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    small = layers.Conv2D(32, 3, padding="same", activation="relu")(layers.MaxPooling2D(2)(large))
    x = layers.Concatenate()([large, layers.Conv2DTranspose(16, 2, strides=2)(small)])
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
