"""The convolutions are without padding."""

# fails: residual_block.keeps_shape, residual_block.changes_shape


# %% residual_block
def residual_block(filters, strides=1):
    def block(x):
        y = layers.Conv2D(filters, 3, strides=strides)(x)
        y = layers.BatchNormalization()(y)
        y = layers.ReLU()(y)
        y = layers.Conv2D(filters, 3)(y)
        y = layers.BatchNormalization()(y)
        shortcut = x
        if strides != 1 or x.shape[-1] != filters:
            shortcut = layers.Conv2D(filters, 1, strides=strides)(x)
        return layers.ReLU()(layers.Add()([shortcut, y]))

    return block


# %% residual_model
# Not answered: this file is about the block alone.
