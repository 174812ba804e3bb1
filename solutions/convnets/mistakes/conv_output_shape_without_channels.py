"""Height and width only."""

# fails: conv_output_shape.whole_numbers, conv_output_shape.channels, conv_output_shape.stride[1]
# fails: conv_output_shape.stride[2]


# %% conv_output_shape
def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width, channels = input_shape
    return (height - kernel_size) // stride + 1, (width - kernel_size) // stride + 1
