"""The projection has kernels of 3x3."""

# fails: residual_block.projects_only_where_needed


# %% residual_block
def residual_block(filters, strides=1):
    def block(x):
        y = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
        y = layers.BatchNormalization()(y)
        y = layers.ReLU()(y)
        y = layers.Conv2D(filters, 3, padding="same")(y)
        y = layers.BatchNormalization()(y)
        shortcut = x
        if strides != 1 or x.shape[-1] != filters:
            shortcut = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
        return layers.ReLU()(layers.Add()([shortcut, y]))

    return block


# %% residual_model
# Not answered: this file is about the block alone.
