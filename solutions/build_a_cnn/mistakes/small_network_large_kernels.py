"""Kernels of 5 x 5, padded so that the sizes come out right."""

# fails: small_network.convolutions, small_network.sizes


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(50, 5)(x)
    x = layers.Conv2D(50, 3)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10)(x))
