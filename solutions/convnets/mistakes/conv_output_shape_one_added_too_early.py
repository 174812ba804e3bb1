"""One is added before the division by the stride."""

# fails: conv_output_shape.stride[2]


# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width, channels = input_shape
    return (height - kernel_size + 1) // stride, (width - kernel_size + 1) // stride, filters
