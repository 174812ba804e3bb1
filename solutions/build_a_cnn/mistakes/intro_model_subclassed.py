"""A class with a `call` where the functional interface is asked for."""

# fails: intro_model.functional_interface


# %% intro_model
class CifarModel(keras.Model):
    def __init__(self):
        super().__init__(name="cifar_model")
        self.rescaling = layers.Rescaling(1 / 127.5, offset=-1)
        self.convolution1 = layers.Conv2D(50, 3, activation="relu")
        self.convolution2 = layers.Conv2D(50, 3, activation="relu")
        self.pooling = layers.MaxPooling2D(2)
        self.flatten = layers.Flatten()
        self.hidden = layers.Dense(50, activation="relu")
        self.scores = layers.Dense(10)

    def call(self, images):
        x = self.pooling(self.convolution1(self.rescaling(images)))
        x = self.pooling(self.convolution2(x))
        return self.scores(self.hidden(self.flatten(x)))


def intro_model():
    model = CifarModel()
    model(keras.Input((32, 32, 3)))
    return model
