"""Softmax over all pixels: each has a share of 1, and hardly any of them can be above a half."""

# fails: segmenter.segments


# %% segmenter
def segmenter():
    def block(x, filters):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        return layers.ReLU()(x)

    inputs = keras.Input((32, 32, 3))
    large = block(inputs, 12)
    middle = block(layers.MaxPooling2D(2)(large), 24)
    small = block(layers.MaxPooling2D(2)(middle), 32)
    x = layers.Conv2DTranspose(24, 2, strides=2)(small)
    x = block(layers.Concatenate()([middle, x]), 24)
    x = layers.Conv2DTranspose(12, 2, strides=2)(x)
    x = block(layers.Concatenate()([large, x]), 12)
    return keras.Model(inputs, layers.Softmax(axis=(1, 2))(layers.Conv2D(1, 1)(x)))
