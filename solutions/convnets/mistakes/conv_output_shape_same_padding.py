"""The formula of `same` padding."""

# fails: conv_output_shape.stride[1], conv_output_shape.stride[2]


# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width, channels = input_shape
    return -(-height // stride), -(-width // stride), filters
