"""Pools first and applies relu to the smaller map, which gives the same numbers; functions in place of layers."""
# %% convolutional_part
def convolutional_part():
    inputs = keras.Input((32, 32, 3))
    x = keras.activations.relu(layers.MaxPooling2D(3)(layers.Conv2D(48, 3, padding="same")(inputs)))
    x = keras.activations.relu(layers.MaxPooling2D(3)(layers.Conv2D(128, 3, padding="same")(x)))
    x = keras.activations.relu(layers.Conv2D(192, 3, padding="same")(x))
    x = keras.activations.relu(layers.Conv2D(192, 3, padding="same")(x))
    x = keras.activations.relu(layers.MaxPooling2D(3)(layers.Conv2D(128, 3, padding="same")(x)))
    return keras.Model(inputs, x)

# %% classifier
def classifier():
    inputs = keras.Input((32, 32, 3))
    x = keras.ops.reshape(convolutional_part()(inputs), (-1, 128))
    x = keras.ops.relu(layers.Dense(1024)(x))
    x = layers.Dropout(0.5)(x)
    x = keras.ops.relu(layers.Dense(1024)(x))
    return keras.Model(inputs, keras.ops.softmax(layers.Dense(10)(x), axis=-1))
