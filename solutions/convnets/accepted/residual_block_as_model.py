"""The block is a Keras model with a projection that is always made but only used where the shape changes."""
# %% residual_block
class Block(keras.Model):
    def __init__(self, filters, strides):
        super().__init__()
        self.filters = filters
        self.strides = strides
        self.branch = [
            layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
        ]
        self.projection = layers.Conv2D(filters, 1, strides=strides, use_bias=False)
        self.normalisation = layers.BatchNormalization()
        self.add = layers.Add()
        self.relu = layers.ReLU()

    def call(self, x, training=None):
        y = x
        for layer in self.branch:
            if isinstance(layer, layers.BatchNormalization):
                y = layer(y, training=training)
            else:
                y = layer(y)
        if self.strides != 1 or x.shape[-1] != self.filters:
            x = self.normalisation(self.projection(x), training=training)
        return self.relu(self.add([x, y]))


def residual_block(filters, strides=1):
    return Block(filters, strides)
