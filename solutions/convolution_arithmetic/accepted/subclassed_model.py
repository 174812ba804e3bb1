"""The network as a subclass of Model, whose blocks are layers of their own, called once."""
# %% common_architecture
class Block(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.first = layers.Conv2D(filters, 3, padding="same", activation="relu")
        self.second = layers.Conv2D(filters, 3, padding="same", activation="relu")
        self.pool = layers.MaxPooling2D(2)

    def call(self, x):
        return self.pool(self.second(self.first(x)))


class VGG(keras.Model):
    def __init__(self, num_blocks, filters, num_classes):
        super().__init__()
        self.blocks = [Block(filters * 2**number) for number in range(num_blocks)]
        self.flatten = layers.Flatten()
        self.hidden = layers.Dense(128, activation="relu")
        self.scores = layers.Dense(num_classes, activation="softmax")

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.scores(self.hidden(self.flatten(x)))


def vgg_style(input_shape, num_blocks, filters, num_classes):
    model = VGG(num_blocks, filters, num_classes)
    model(keras.Input(input_shape))
    return model
