"""A whole student who writes `tf.keras` everywhere, and TensorFlow's own functions between the layers."""
# %% dense_parameters
import tensorflow as tf

network = tf.keras.Sequential([
    tf.keras.Input((32, 32, 3)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(512, activation="relu"),
    tf.keras.layers.Dense(256, activation="relu"),
    tf.keras.layers.Dense(10),
])
dense_parameters = network.count_params()

# %% max_pool_by_hand
pooled = tf.nn.max_pool2d(tf.constant(matrix[None, :, :, None], tf.float32), 2, 2, "VALID")[0, :, :, 0].numpy()
pooled_shape = pooled.shape

# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    labels = labels.reshape(-1)
    x_train, x_val = np.split(images, [len(images) - num_validation])
    y_train, y_val = np.split(labels, [len(labels) - num_validation])
    return (x_train, y_train), (x_val, y_val)

# %% convolutional_part
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from tensorflow.keras.models import Sequential


def convolutional_part():
    model = Sequential()
    model.add(Input(shape=(32, 32, 3)))
    model.add(Conv2D(48, 3, padding="same", activation=tf.nn.relu))
    model.add(MaxPooling2D(pool_size=3))
    model.add(Conv2D(128, 3, padding="same", activation=tf.nn.relu))
    model.add(MaxPooling2D(pool_size=3))
    model.add(Conv2D(192, 3, padding="same", activation=tf.nn.relu))
    model.add(Conv2D(192, 3, padding="same", activation=tf.nn.relu))
    model.add(Conv2D(128, 3, padding="same", activation=tf.nn.relu))
    model.add(MaxPooling2D(pool_size=3))
    return model

# %% classifier
def classifier():
    model = convolutional_part()
    model.add(Flatten())
    model.add(Dense(1024, activation=tf.nn.relu))
    model.add(Dropout(0.5))
    model.add(Dense(1024, activation=tf.nn.relu))
    model.add(Dense(10, activation=tf.nn.softmax))
    return model

# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(
        optimizer=tf.keras.optimizers.Adam(),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False),
        metrics=["accuracy"],
    )
    return model.fit(x=images, y=labels, epochs=epochs, batch_size=batch_size, validation_data=validation, verbose=2)

# %% test_performance
def evaluate(model, images, labels):
    results = model.evaluate(images, labels, verbose=0)
    return dict(zip(["loss", "accuracy"], results))

# %% classify
def classify(model, images):
    probabilities = model.predict(images, verbose=0)
    return tf.argmax(probabilities, axis=-1).numpy(), tf.reduce_max(probabilities, axis=-1).numpy()

# %% confidence_losses
confidence_losses = tf.keras.losses.sparse_categorical_crossentropy(true_classes, predictions).numpy()

# %% fully_convolutional_model
class FullyConvolutional(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.convolutions = []
        for filters, strides in ((32, 1), (48, 2), (64, 1), (96, 2), (96, 1)):
            self.convolutions.append(
                tf.keras.layers.Conv2D(filters, 3, strides=strides, padding="same", kernel_initializer="he_uniform")
            )
        self.last = tf.keras.layers.Conv2D(10, 1)

    def call(self, inputs):
        x = tf.subtract(tf.divide(inputs, 128.0), 1.0)
        for convolution in self.convolutions:
            x = tf.nn.relu(convolution(x))
        return tf.nn.softmax(tf.reduce_mean(self.last(x), axis=[1, 2]))


def fully_convolutional_model():
    model = FullyConvolutional()
    model(tf.zeros((1, 32, 32, 3)))
    return model

# %% batchnorm_model
def batchnorm_model():
    inputs = tf.keras.Input((32, 32, 3))
    x = inputs
    for filters in (32, 64, 128):
        x = tf.keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = tf.keras.layers.BatchNormalization()(x)
        x = tf.keras.layers.Activation(tf.nn.relu)(x)
        x = tf.keras.layers.MaxPool2D()(x)
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(10, activation="softmax")(x))

# %% residual_block
class ResidualBlock(tf.keras.layers.Layer):
    def __init__(self, filters, strides):
        super().__init__()
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        self.conv1 = tf.keras.layers.Conv2D(self.filters, 3, strides=self.strides, padding="same", use_bias=False)
        self.bn1 = tf.keras.layers.BatchNormalization()
        self.conv2 = tf.keras.layers.Conv2D(self.filters, 3, padding="same", use_bias=False)
        self.bn2 = tf.keras.layers.BatchNormalization()
        self.changes_shape = self.strides != 1 or input_shape[-1] != self.filters
        if self.changes_shape:
            self.conv3 = tf.keras.layers.Conv2D(self.filters, 1, strides=self.strides)

    def call(self, inputs, training=None):
        x = tf.nn.relu(self.bn1(self.conv1(inputs), training=training))
        x = self.bn2(self.conv2(x), training=training)
        if self.changes_shape:
            return tf.nn.relu(tf.add(x, self.conv3(inputs)))
        return tf.nn.relu(tf.add(x, inputs))


def residual_block(filters, strides=1):
    return ResidualBlock(filters, strides)

# %% residual_model
def residual_model():
    inputs = tf.keras.Input((32, 32, 3))
    x = tf.keras.layers.Conv2D(16, 3, padding="same", use_bias=False)(inputs)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.ReLU()(x)
    x = residual_block(16)(x)
    x = residual_block(32, 2)(x)
    x = residual_block(64, 2)(x)
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(10, activation="softmax")(x))
