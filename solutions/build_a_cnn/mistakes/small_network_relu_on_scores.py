"""Relu cuts off the negative scores."""

# fails: small_network.logits


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3, activation="relu")(inputs)
    x = layers.Conv2D(50, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10, activation="relu")(x))
