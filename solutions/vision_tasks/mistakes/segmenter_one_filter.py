"""Everything is in place, but single filters see too little."""

# fails: segmenter.segments


# %% segmenter
def segmenter():
    def block(x, filters):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        return layers.ReLU()(x)

    inputs = keras.Input((32, 32, 3))
    large = block(inputs, 1)
    middle = block(layers.MaxPooling2D(2)(large), 1)
    small = block(layers.MaxPooling2D(2)(middle), 1)
    x = layers.Conv2DTranspose(1, 2, strides=2)(small)
    x = block(layers.Concatenate()([middle, x]), 1)
    x = layers.Conv2DTranspose(1, 2, strides=2)(x)
    x = block(layers.Concatenate()([large, x]), 1)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
