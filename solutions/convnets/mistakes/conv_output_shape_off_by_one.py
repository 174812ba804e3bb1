"""The first place of the window is not counted."""

# fails: conv_output_shape.stride[1], conv_output_shape.stride[2]


# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width, channels = input_shape
    return (height - kernel_size) // stride, (width - kernel_size) // stride, filters
