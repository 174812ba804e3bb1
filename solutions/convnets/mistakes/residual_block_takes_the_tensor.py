"""Takes the tensor as its first argument, and returns a tensor."""

# fails: residual_block.keeps_shape, residual_block.changes_shape


# %% residual_block
def residual_block(x, filters, strides=1):
    y = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(filters, 3, padding="same")(y)
    y = layers.BatchNormalization()(y)
    if strides != 1 or x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, strides=strides)(x)
    return layers.ReLU()(x + y)


# %% residual_model
# Not answered: this file is about the block alone.
