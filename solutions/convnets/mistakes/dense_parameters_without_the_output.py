"""The last layer is left out."""

# fails: dense_parameters.counts_weights_and_biases

# %% dense_parameters
dense_parameters = (3072 + 1) * 512 + (512 + 1) * 256
