"""Normalises the pixels as well; a strided convolution after each other one, and `keras.ops.relu`."""
# %% batchnorm_model
def batchnorm_model():
    images = keras.Input((32, 32, 3))
    x = layers.BatchNormalization(scale=False)(images)
    for filters in (24, 48, 96):
        for strides in (1, 2):
            x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
            x = keras.ops.relu(layers.BatchNormalization(momentum=0.9)(x))
    x = keras.ops.mean(x, axis=(1, 2))
    x = layers.Dropout(0.2)(x)
    return keras.Model(images, layers.Dense(10, activation="softmax")(x))
