"""Subclasses of Model where the text leaves the interface open."""
# %% small_network
class SmallNetwork(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolutions = [layers.Conv2D(50, 3, activation="relu"), layers.Conv2D(50, 3, activation="relu")]
        self.flatten, self.scores = layers.Flatten(), layers.Dense(10)

    def call(self, images):
        x = images
        for convolution in self.convolutions:
            x = convolution(x)
        return self.scores(self.flatten(x))


def small_network():
    model = SmallNetwork()
    model(keras.Input((32, 32, 3)))
    return model

# %% deeper_model
class DeeperModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolutions = [layers.Conv2D(50, 3, activation="relu") for _ in range(3)]
        self.pooling, self.flatten = layers.MaxPooling2D(2), layers.Flatten()
        self.hidden, self.scores = layers.Dense(50, activation="relu"), layers.Dense(10)

    def call(self, images):
        first, second, third = self.convolutions
        x = self.pooling(first(images / 127.5 - 1))
        x = self.pooling(second(x))
        return self.scores(self.hidden(self.flatten(third(x))))


def deeper_model():
    model = DeeperModel()
    model(np.zeros((1, 32, 32, 3), dtype="float32"))
    return model
