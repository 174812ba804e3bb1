"""The layer's own stride is multiplied in too early."""

# fails: receptive_field.single_layer, receptive_field.stack_with_strides


# %% receptive_field
def receptive_field(layers):
    field, jump = 1, 1
    for kernel_size, stride in layers:
        jump *= stride
        field += (kernel_size - 1) * jump
    return field
