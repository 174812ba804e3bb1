"""Kernels are added up, as if windows did not overlap."""

# fails: receptive_field_of_stack.kernels


# %% receptive_field_of_stack
def receptive_fields(layers):
    sizes, size, step = [], 0, 1
    for kernel, stride, dilation in layers:
        size += kernel * dilation * step
        step *= stride
        sizes.append(size)
    return sizes
