"""The dense layer is applied at each pixel."""

# fails: small_network.small_network_scores_ten_classes


# %% small_network
def small_network():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(50, 3)(inputs)
    x = layers.Conv2D(50, 3)(x)
    return keras.Model(inputs, layers.Dense(10)(x))
