"""A pooling that nobody asked for."""

# fails: small_network.sizes


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3)(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(50, 3)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10)(x))
