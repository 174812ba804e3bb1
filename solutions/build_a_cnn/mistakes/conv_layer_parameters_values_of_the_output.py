"""The values that the layer returns, not its parameters."""

# fails: conv_layer_parameters.counts_weights


# %% conv_layer_parameters
conv_layer_parameters = 30 * 30 * 100
