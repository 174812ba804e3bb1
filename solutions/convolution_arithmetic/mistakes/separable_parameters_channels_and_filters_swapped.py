"""The depthwise part has a kernel for each filter."""

# fails: separable_parameters.separable


# %% separable_parameters
def separable_parameters(kernel_size, channels, filters):
    k, c, f = kernel_size, channels, filters
    standard = k * k * c * f
    separable = k * k * f + c * f
    return standard, separable
