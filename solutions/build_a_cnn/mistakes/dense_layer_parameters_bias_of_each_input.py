"""As many biases as inputs."""

# fails: dense_layer_parameters.counts_weights_and_biases


# %% dense_layer_parameters
dense_layer_parameters = 32 * 32 * 3 * (100 + 1)
