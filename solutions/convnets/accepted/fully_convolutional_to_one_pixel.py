"""Strided convolutions down to a map of 1 x 1 x 10, which is reshaped; softmax before the reshaping."""
# %% fully_convolutional_model
def fully_convolutional_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for filters, strides in ((24, 1), (48, 2), (64, 1), (96, 2), (128, 2)):
        x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.Conv2D(10, 4, activation="softmax")(x)
    return keras.Model(inputs, layers.Reshape((10,))(x))
