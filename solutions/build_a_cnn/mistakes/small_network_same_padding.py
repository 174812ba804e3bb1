"""Padding keeps the size of the maps."""

# fails: small_network.sizes


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3, padding="same")(inputs)
    x = layers.Conv2D(50, 3, padding="same")(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10)(x))
