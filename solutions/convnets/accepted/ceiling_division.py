"""Counts windows by ceiling division, and takes the parameters apart into weights and biases."""
# %% dense_parameters
weights = 3072 * 512 + 512 * 256 + 256 * 10
biases = 512 + 256 + 10
dense_parameters = float(weights + biases)

# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width = (-(-(size - kernel_size + 1) // stride) for size in input_shape[:2])
    return height, width, filters
