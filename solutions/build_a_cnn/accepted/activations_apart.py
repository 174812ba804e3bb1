"""Activations are layers of their own, and relu comes after the pooling."""
# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Activation("relu")(layers.Conv2D(50, 3)(inputs))
    x = layers.Activation("relu")(layers.Conv2D(50, 3)(x))
    return keras.Model(inputs, layers.Dense(10)(layers.Reshape((-1,))(x)))

# %% intro_model
def intro_model():
    def unit(x):
        return layers.ReLU()(layers.MaxPooling2D()(layers.Conv2D(50, 3)(x)))

    inputs = keras.Input((32, 32, 3))
    x = unit(unit(layers.Rescaling(1 / 127.5, -1)(inputs)))
    x = layers.ReLU()(layers.Dense(50)(layers.Flatten()(x)))
    return keras.Model(inputs, layers.Dense(10)(x), name="cifar_model")

# %% deeper_model
def deeper_model():
    inputs = keras.Input((32, 32, 3))
    x = inputs / 127.5 - 1
    x = keras.ops.relu(layers.MaxPooling2D()(layers.Conv2D(50, 3)(x)))
    x = keras.ops.relu(layers.MaxPooling2D()(layers.Conv2D(50, 3)(x)))
    x = keras.ops.relu(layers.Conv2D(50, 3)(x))
    x = keras.ops.relu(layers.Dense(50)(keras.ops.reshape(x, (-1, 800))))
    return keras.Model(inputs, layers.Dense(10)(x))
