"""The block is a closure over functions: `keras.ops.add` and `keras.ops.relu`; the shortcut comes first."""
# %% residual_block
def residual_block(filters, strides=1):
    def block(x):
        keeps_shape = strides == 1 and x.shape[-1] == filters
        shortcut = x if keeps_shape else layers.Conv2D(filters, (1, 1), (strides, strides), padding="same")(x)
        x = layers.Conv2D(filters, (3, 3), (strides, strides), padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = keras.ops.relu(x)
        x = layers.Conv2D(filters, (3, 3), padding="same")(x)
        x = layers.BatchNormalization()(x)
        return keras.ops.relu(keras.ops.add(x, shortcut))

    return block
