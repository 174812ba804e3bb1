"""Width comes first."""

# fails: conv_output_shape.stride[1], conv_output_shape.stride[2]


# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width, channels = input_shape
    return (width - kernel_size) // stride + 1, (height - kernel_size) // stride + 1, filters
