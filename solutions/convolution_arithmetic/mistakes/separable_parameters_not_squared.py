"""A kernel is said to have as many weights as rows."""

# fails: separable_parameters.standard, separable_parameters.separable


# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    k, c, f = kernel_size, channels, filters
    standard = k * c * f
    separable = k * c + c * f
    return standard, separable
