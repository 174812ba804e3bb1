"""The pointwise part has one weight for each filter."""

# fails: separable_parameters.separable


# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    k, c, f = kernel_size, channels, filters
    standard = k * k * c * f
    separable = k * k * c + f
    return standard, separable
