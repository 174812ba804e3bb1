"""The three channels of the image are forgotten."""

# fails: dense_parameters.counts_weights_and_biases

# %% dense_parameters
units = [32 * 32, 512, 256, 10]
dense_parameters = sum((units[i] + 1) * units[i + 1] for i in range(3))
