"""A U-Net of three levels, with two convolutions each, that goes down to 4 x 4 maps."""

# %% segmenter
def segmenter():
    def twice(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization(momentum=0.9)(x)
            x = layers.ReLU()(x)
        return x

    inputs = keras.Input((32, 32, 3))
    first = twice(inputs, 8)
    second = twice(layers.MaxPooling2D()(first), 16)
    third = twice(layers.MaxPooling2D()(second), 24)
    x = twice(layers.MaxPooling2D()(third), 32)
    for skip, filters in ((third, 24), (second, 16), (first, 8)):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = twice(layers.Concatenate()([skip, x]), filters)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
