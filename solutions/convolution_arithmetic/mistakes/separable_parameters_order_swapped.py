"""The separable convolution comes first."""

# fails: separable_parameters.standard, separable_parameters.separable


# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    k, c, f = kernel_size, channels, filters
    standard = k * k * c * f
    separable = k * k * c + c * f
    return separable, standard
