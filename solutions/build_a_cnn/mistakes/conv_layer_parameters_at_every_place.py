"""Weights of their own for each place: nothing is shared."""

# fails: conv_layer_parameters.counts_weights


# %% conv_layer_parameters
conv_layer_parameters = 30 * 30 * 3 * 3 * 3 * 100
