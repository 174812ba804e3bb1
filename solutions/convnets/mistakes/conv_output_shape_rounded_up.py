"""A window that reaches over the border is counted."""

# fails: conv_output_shape.stride[2]

# %% conv_output_shape
import math


def conv_output_shape(input_shape, filters, kernel_size, stride):
    height, width, channels = input_shape
    new_height = math.ceil((height - kernel_size) / stride) + 1
    new_width = math.ceil((width - kernel_size) / stride) + 1
    return new_height, new_width, filters
