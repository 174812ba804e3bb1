"""Normalises the pixels as well, with strided convolutions and `keras.ops.relu`."""
# %% batchnorm_model
def batchnorm_model():
    images = keras.Input((32, 32, 3))
    x = layers.BatchNormalization(scale=False)(images)
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = keras.ops.relu(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(images, layers.Dense(10, activation="softmax")(x))
