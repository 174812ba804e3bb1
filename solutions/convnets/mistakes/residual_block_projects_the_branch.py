"""Projects what the first convolution made of the input."""

# fails: residual_block.carries_its_projected_input


# %% residual_block
def residual_block(filters, strides=1):
    def block(x):
        shortcut = x
        y = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
        y = layers.BatchNormalization()(y)
        y = layers.ReLU()(y)
        if strides != 1 or x.shape[-1] != filters:
            shortcut = layers.Conv2D(filters, 1)(y)
        y = layers.Conv2D(filters, 3, padding="same")(y)
        y = layers.BatchNormalization()(y)
        return layers.ReLU()(layers.Add()([shortcut, y]))

    return block


# %% residual_model
# Not answered: this file is about the block alone.
