"""A layer's stride counts for itself."""

# fails: receptive_field_of_stack.strides, receptive_field_of_stack.dilation


# %% receptive_field_of_stack
def receptive_fields(layers):
    sizes, size, step = [], 1, 1
    for kernel, stride, dilation in layers:
        step *= stride
        size += (kernel - 1) * dilation * step
        sizes.append(size)
    return sizes
