"""The second convolution is forgotten."""

# fails: small_network.convolutions


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3)(inputs)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10)(x))
