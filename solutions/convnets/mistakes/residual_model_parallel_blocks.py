"""All blocks start at the stem, so only the last one counts."""

# fails: residual_model.three_blocks


# %% residual_model
def residual_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same")(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for filters in (32, 64, 128):
        y = residual_block(filters, strides=2)(x)
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(y))
