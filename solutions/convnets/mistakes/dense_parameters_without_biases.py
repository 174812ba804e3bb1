"""The biases are forgotten."""

# fails: dense_parameters.counts_weights_and_biases

# %% dense_parameters
dense_parameters = 32 * 32 * 3 * 512 + 512 * 256 + 256 * 10
