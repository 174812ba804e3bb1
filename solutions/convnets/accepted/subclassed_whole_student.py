"""A whole student: subclasses of Model and Layer with a `call`, built by calling them once."""
# %% convolutional_part
class ConvolutionalPart(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv1 = layers.Conv2D(48, 3, padding="same", activation="relu")
        self.conv2 = layers.Conv2D(128, 3, padding="same", activation="relu")
        self.conv3 = layers.Conv2D(192, 3, padding="same", activation="relu")
        self.conv4 = layers.Conv2D(192, 3, padding="same", activation="relu")
        self.conv5 = layers.Conv2D(128, 3, padding="same", activation="relu")
        self.pools = [layers.MaxPooling2D(3) for _ in range(3)]

    def call(self, images):
        x = self.pools[0](self.conv1(images))
        x = self.pools[1](self.conv2(x))
        return self.pools[2](self.conv5(self.conv4(self.conv3(x))))


def convolutional_part():
    model = ConvolutionalPart()
    model(keras.Input((32, 32, 3)))
    return model

# %% classifier
class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = convolutional_part()
        self.flatten = layers.Flatten()
        self.hidden1 = layers.Dense(1024, activation="relu")
        self.dropout = layers.Dropout(0.5)
        self.hidden2 = layers.Dense(1024, activation="relu")
        self.scores = layers.Dense(10, activation="softmax")

    def call(self, images, training=None):
        x = self.flatten(self.features(images))
        x = self.dropout(self.hidden1(x), training=training)
        return self.scores(self.hidden2(x))


def classifier():
    model = Classifier()
    model(keras.Input((32, 32, 3)))
    return model

# %% filters_figure
def filters_figure(model):
    def all_layers(model):
        for layer in model.layers:
            if isinstance(layer, keras.Model):
                yield from all_layers(layer)
            else:
                yield layer

    kernel = next(layer for layer in all_layers(model) if isinstance(layer, layers.Conv2D)).get_weights()[0]
    filters = np.moveaxis(kernel, -1, 0)
    columns = int(np.ceil(np.sqrt(len(filters))))
    figure, axes = plt.subplots(columns, columns)
    for place in axes.ravel():
        place.axis("off")
    for place, image in zip(axes.ravel(), filters):
        place.imshow(0.5 + image / (2 * np.abs(image).max()))
    return figure

# %% fully_convolutional_model
class FullyConvolutional(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolutions = [
            layers.Conv2D(
                filters, 3, strides=strides, padding="same", activation="relu", kernel_initializer="he_normal"
            )
            for filters, strides in ((32, 1), (48, 2), (64, 1), (96, 2), (96, 1))
        ]
        self.classes = layers.Conv2D(10, 1)

    def call(self, images):
        x = images / 127.5 - 1
        for convolution in self.convolutions:
            x = convolution(x)
        return keras.ops.softmax(keras.ops.mean(self.classes(x), axis=(1, 2)))


def fully_convolutional_model():
    model = FullyConvolutional()
    model(np.zeros((1, 32, 32, 3), dtype="float32"))
    return model

# %% batchnorm_model
class Unit(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.convolution = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.normalisation = layers.BatchNormalization()

    def call(self, x, training=None):
        return keras.activations.relu(self.normalisation(self.convolution(x), training=training))


class Normalised(keras.Model):
    def __init__(self):
        super().__init__()
        self.units = [Unit(32), Unit(64), Unit(128)]
        self.pool = layers.MaxPooling2D()
        self.average = layers.GlobalAveragePooling2D()
        self.scores = layers.Dense(10, activation="softmax")

    def call(self, images, training=None):
        x = images
        for unit in self.units:
            x = self.pool(unit(x, training=training))
        return self.scores(self.average(x))


def batchnorm_model():
    model = Normalised()
    model(keras.Input((32, 32, 3)))
    return model

# %% residual_block
class ResidualBlock(layers.Layer):
    def __init__(self, filters, strides=1):
        super().__init__()
        self.filters, self.strides = filters, strides
        self.conv1 = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.bn2 = layers.BatchNormalization()
        self.projection = None

    def build(self, input_shape):
        if self.strides != 1 or input_shape[-1] != self.filters:
            self.projection = layers.Conv2D(self.filters, 1, strides=self.strides)
        super().build(input_shape)

    def call(self, x, training=None):
        y = keras.activations.relu(self.bn1(self.conv1(x), training=training))
        y = self.bn2(self.conv2(y), training=training)
        shortcut = x if self.projection is None else self.projection(x)
        return keras.activations.relu(shortcut + y)


def residual_block(filters, strides=1):
    return ResidualBlock(filters, strides)

# %% residual_model
class ResidualNetwork(keras.Model):
    def __init__(self):
        super().__init__()
        self.stem = layers.Conv2D(16, 3, padding="same", use_bias=False)
        self.normalisation = layers.BatchNormalization()
        self.relu = layers.ReLU()
        self.blocks = [residual_block(16), residual_block(32, 2), residual_block(64, 2)]
        self.average = layers.GlobalAveragePooling2D()
        self.scores = layers.Dense(10, activation="softmax")

    def call(self, images, training=None):
        x = self.relu(self.normalisation(self.stem(images), training=training))
        for block in self.blocks:
            x = block(x, training=training)
        return self.scores(self.average(x))


def residual_model():
    model = ResidualNetwork()
    model(keras.Input((32, 32, 3)))
    return model
