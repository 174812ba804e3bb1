"""Adds the input as it is, whatever its shape."""

# fails: residual_block.changes_shape


# %% residual_block
def residual_block(filters, strides=1):
    def block(x):
        y = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
        y = layers.BatchNormalization()(y)
        y = layers.ReLU()(y)
        y = layers.Conv2D(filters, 3, padding="same")(y)
        y = layers.BatchNormalization()(y)
        return layers.ReLU()(layers.Add()([x, y]))

    return block


# %% residual_model
# Not answered: this file is about the block alone.
