"""The second convolution is called, and its result is not used."""

# fails: small_network.convolutions


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    first = layers.Conv2D(50, 3)(inputs)
    second = layers.Conv2D(50, 3)(first)
    x = layers.Flatten()(first)
    return keras.Model(inputs, layers.Dense(10)(x))
