"""`training=False` is written down in the call."""

# fails: batchnorm_model.uses_batch_statistics_in_training


# %% batchnorm_model
class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolutions = [layers.Conv2D(filters, 3, padding="same") for filters in (32, 64, 128)]
        self.normalisations = [layers.BatchNormalization(momentum=0.9) for _ in range(3)]
        self.pool = layers.MaxPooling2D(2)
        self.average = layers.GlobalAveragePooling2D()
        self.scores = layers.Dense(10, activation="softmax")

    def call(self, x):
        for convolution, normalise in zip(self.convolutions, self.normalisations):
            x = self.pool(keras.activations.relu(normalise(convolution(x), training=False)))
        return self.scores(self.average(x))


def batchnorm_model():
    model = Classifier()
    model(keras.Input((32, 32, 3)))
    return model
