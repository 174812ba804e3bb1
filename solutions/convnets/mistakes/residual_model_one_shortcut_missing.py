"""The last of three blocks has no shortcut."""

# fails: residual_model.three_blocks


# %% residual_model
def residual_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same")(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = residual_block(32, strides=2)(x)
    x = residual_block(64, strides=2)(x)
    for strides in (2, 1):
        x = layers.Conv2D(128, 3, strides=strides, padding="same")(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
