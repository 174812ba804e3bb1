"""The dense layer has no biases."""

# fails: small_network.logits


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3)(inputs)
    x = layers.Conv2D(50, 3)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10, use_bias=False)(x))
