"""The layer is said to have no biases, and they are counted."""

# fails: conv_layer_parameters.counts_weights


# %% conv_layer_parameters
conv_layer_parameters = (3 * 3 * 3 + 1) * 100
