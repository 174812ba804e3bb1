"""A whole student who writes `tf.keras` everywhere, and TensorFlow's own functions."""
# %% num_inputs
import tensorflow as tf

num_inputs = int(tf.size(tf.zeros((32, 32, 3))))

# %% dense_layer_parameters
dense_layer_parameters = num_inputs * 100 + 100

# %% conv_layer_parameters
convolution = tf.keras.layers.Conv2D(100, 3, use_bias=False)
convolution.build((None, 32, 32, 3))
conv_layer_parameters = convolution.count_params()

# %% horizontal_edges
def horizontal_edges(image):
    image = tf.cast(image, tf.float32)[tf.newaxis, :, :, tf.newaxis]
    kernel = tf.cast(edge_kernel, tf.float32)[:, :, tf.newaxis, tf.newaxis]
    return tf.nn.conv2d(image, kernel, strides=1, padding="VALID")[0, :, :, 0].numpy()

# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    x = tf.keras.Input((size, size, 1))
    sizes = []
    for _ in range(num_layers):
        x = tf.keras.layers.Conv2D(1, kernel_size, padding=padding)(x)
        sizes.append(x.shape[1])
    return sizes

# %% small_network
def small_network():
    model = tf.keras.models.Sequential()
    model.add(tf.keras.Input((32, 32, 3)))
    model.add(tf.keras.layers.Conv2D(50, 3, activation=tf.nn.relu))
    model.add(tf.keras.layers.Conv2D(50, 3, activation=tf.nn.relu))
    model.add(tf.keras.layers.Flatten())
    model.add(tf.keras.layers.Dense(10, activation=None))
    return model

# %% most_parameters
def most_parameters(model):
    counts = [layer.count_params() for layer in model.layers]
    index = int(np.argmax(counts))
    return model.layers[index].name, counts[index]

# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    return int(np.floor((n - pool) / stride)) + 1

# %% intro_model
def intro_model():
    inputs = tf.keras.Input((32, 32, 3))
    x = tf.keras.layers.Rescaling(1.0 / 127.5, offset=-1)(inputs)
    x = tf.keras.layers.Conv2D(50, 3, activation=tf.nn.relu)(x)
    x = tf.keras.layers.MaxPool2D()(x)
    x = tf.keras.layers.Conv2D(50, 3, activation=tf.nn.relu)(x)
    x = tf.keras.layers.MaxPool2D()(x)
    x = tf.keras.layers.Flatten()(x)
    x = tf.keras.layers.Dense(50, activation=tf.nn.relu)(x)
    x = tf.keras.layers.Dense(10)(x)
    return tf.keras.Model(inputs=inputs, outputs=x, name="cifar_model")

# %% train_and_plot
def train(model, images, labels, validation, batch_size, epochs=20):
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=0).batch(batch_size)
    validation_batches = tf.data.Dataset.from_tensor_slices(validation).batch(batch_size)
    model.compile(
        "adam", loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["sparse_categorical_accuracy"]
    )
    return model.fit(batches, validation_data=validation_batches, epochs=epochs, verbose=2)


def plot_history(history):
    fig, ax = plt.subplots()
    for name, curve in history.items():
        ax.plot(curve, label=name)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss and accuracy")
    ax.legend(loc="best")
    return fig

# %% softmax
def softmax(logits):
    return tf.nn.softmax(tf.cast(logits, tf.float64), axis=-1)
