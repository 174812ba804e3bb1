"""A whole student: `Sequential` for everything that allows it, activations as layers of their own, lists for tuples."""
# %% dense_parameters
dense_parameters = np.int64(1_707_274)

# %% conv_output_shape
import math


def conv_output_shape(input_shape, filters, kernel_size, stride):
    height = math.floor((input_shape[0] - kernel_size) / stride) + 1
    width = math.floor((input_shape[1] - kernel_size) / stride) + 1
    return [height, width, filters]

# %% max_pool_by_hand
pooled = [[9, 5, 8], [9, 9, 8], [9, 9, 9]]
pooled_shape = [3, 3]

# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    labels = labels.flatten()
    validation = [images[-num_validation:], labels[-num_validation:]]
    training = [images[:-num_validation], labels[:-num_validation]]
    return [training, validation]

# %% convolutional_part
def convolutional_part():
    return keras.models.Sequential([
        layers.InputLayer(shape=(32, 32, 3)),
        layers.Conv2D(48, kernel_size=3, padding="same"),
        layers.Activation("relu"),
        layers.MaxPool2D(pool_size=(3, 3), padding="valid"),
        layers.Conv2D(128, kernel_size=3, padding="same"),
        layers.Activation("relu"),
        layers.MaxPool2D(pool_size=(3, 3), padding="valid"),
        layers.Conv2D(192, kernel_size=3, padding="same"),
        layers.Activation("relu"),
        layers.Conv2D(192, kernel_size=3, padding="same"),
        layers.Activation("relu"),
        layers.Conv2D(128, kernel_size=3, padding="same"),
        layers.Activation("relu"),
        layers.MaxPool2D(pool_size=(3, 3), padding="valid"),
    ])

# %% classifier
def classifier():
    return keras.Sequential([
        convolutional_part(),
        layers.Flatten(),
        layers.Dense(1024),
        layers.ReLU(),
        layers.Dropout(rate=0.5),
        layers.Dense(1024),
        layers.ReLU(),
        layers.Dense(10),
        layers.Softmax(),
    ])

# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    validation_images, validation_labels = validation
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size, epochs, validation_data=(validation_images, validation_labels))
    return model.history

# %% receptive_field
def receptive_field(layers):
    """From the last layer to the first: `size` units of a layer's output see (size - 1) * stride + kernel of its input."""
    size = 1
    for kernel_size, stride in reversed(layers):
        size = (size - 1) * stride + kernel_size
    return size

# %% fully_convolutional_model
def fully_convolutional_model():
    return keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, 4, strides=2),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(64, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(96, 3, strides=2),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Dropout(0.1),
        layers.Conv2D(96, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(10, 4),
        layers.Flatten(),
        layers.Softmax(),
    ])

# %% batchnorm_model
def batchnorm_model():
    return keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, 3, padding="same"),
        layers.BatchNormalization(axis=3),
        layers.ReLU(),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same"),
        layers.BatchNormalization(axis=3),
        layers.ReLU(),
        layers.MaxPooling2D(),
        layers.Conv2D(128, 3, padding="same"),
        layers.BatchNormalization(axis=3),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
        layers.Dense(10),
        layers.Softmax(),
    ])
