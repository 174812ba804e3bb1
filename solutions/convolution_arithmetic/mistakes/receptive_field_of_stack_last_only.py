"""Only the last size is returned."""

# fails: receptive_field_of_stack.one_size_for_each_layer


# %% receptive_field_of_stack
def receptive_fields(layers):
    sizes, size, step = [], 1, 1
    for kernel, stride, dilation in layers:
        size += (kernel - 1) * dilation * step
        step *= stride
        sizes.append(size)
    return size
