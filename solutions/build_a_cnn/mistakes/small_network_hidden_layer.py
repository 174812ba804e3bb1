"""A dense layer more than was asked for."""

# fails: small_network.logits


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3)(inputs)
    x = layers.Conv2D(50, 3)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(50)(x)
    return keras.Model(inputs, layers.Dense(10)(x))
