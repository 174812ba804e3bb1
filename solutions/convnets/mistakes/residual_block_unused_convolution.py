"""A third convolution is computed, and its result forgotten."""

# fails: residual_block.nothing_shared_or_unused


# %% residual_block
class ResidualBlock(layers.Layer):
    def __init__(self, filters, strides):
        super().__init__()
        self.convolutions = [layers.Conv2D(filters, 3, strides=s, padding="same") for s in (strides, 1, 1)]
        self.normalisations = [layers.BatchNormalization() for _ in range(2)]
        self.projection = layers.Conv2D(filters, 1, strides=strides)
        self.changes_size = strides != 1

    def call(self, x, training=None):
        y = self.convolutions[0](x)
        y = keras.ops.relu(self.normalisations[0](y, training=training))
        y = self.normalisations[1](self.convolutions[1](y), training=training)
        z = self.convolutions[2](y)
        shortcut = self.projection(x) if self.changes_size or x.shape[-1] != z.shape[-1] else x
        return keras.ops.relu(shortcut + y)


def residual_block(filters, strides=1):
    return ResidualBlock(filters, strides)


# %% residual_model
# Not answered: this file is about the block alone.
