"""Dilation is ignored."""

# fails: receptive_field_of_stack.dilation


# %% receptive_field_of_stack
def receptive_fields(layers):
    sizes, size, step = [], 1, 1
    for kernel, stride, dilation in layers:
        size += (kernel - 1) * step
        step *= stride
        sizes.append(size)
    return sizes
