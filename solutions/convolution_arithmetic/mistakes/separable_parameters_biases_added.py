"""Biases are counted, too."""

# fails: separable_parameters.standard, separable_parameters.separable


# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    k, c, f = kernel_size, channels, filters
    standard = (k * k * c + 1) * f
    separable = k * k * c + c + c * f + f
    return standard, separable
