"""The first convolution has as many filters as its stride."""

# fails: residual_block.branch


# %% residual_block
def residual_block(filters, strides=1):
    def block(x):
        shortcut = x
        y = layers.Conv2D(strides, 3, strides=strides, padding="same")(x)
        y = layers.BatchNormalization()(y)
        y = layers.ReLU()(y)
        y = layers.Conv2D(filters, 3, padding="same")(y)
        y = layers.BatchNormalization()(y)
        if strides != 1 or x.shape[-1] != filters:
            shortcut = layers.Conv2D(filters, 1, strides=strides)(x)
        return layers.ReLU()(layers.Add()([shortcut, y]))

    return block


# %% residual_model
# Not answered: this file is about the block alone.
