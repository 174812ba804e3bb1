"""The recursion goes from the first layer to the last."""

# fails: receptive_field.stack_with_strides


# %% receptive_field
def receptive_field(layers):
    field = 1
    for kernel_size, stride in layers:
        field = (field - 1) * stride + kernel_size
    return field
