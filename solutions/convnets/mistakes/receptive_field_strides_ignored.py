"""Strides are ignored."""

# fails: receptive_field.stack_with_strides


# %% receptive_field
def receptive_field(layers):
    return 1 + sum(kernel_size - 1 for kernel_size, _ in layers)
