"""A kernel is taken for flat."""

# fails: conv_layer_parameters.counts_weights


# %% conv_layer_parameters
conv_layer_parameters = 3 * 3 * 100
