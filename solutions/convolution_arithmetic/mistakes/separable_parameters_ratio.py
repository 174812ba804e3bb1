"""The ratio of both is returned."""

# fails: separable_parameters.two_counts


# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    k, c, f = kernel_size, channels, filters
    standard = k * k * c * f
    separable = k * k * c + c * f
    return standard / separable
