"""The convolutions have no biases."""

# fails: small_network.convolutions


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3, use_bias=False)(inputs)
    x = layers.Conv2D(50, 3, use_bias=False)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10)(x))
