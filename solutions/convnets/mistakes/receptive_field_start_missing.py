"""The pixel in the middle is not counted."""

# fails: receptive_field.single_layer, receptive_field.stack_without_strides
# fails: receptive_field.stack_with_strides


# %% receptive_field
def receptive_field(layers):
    field, jump = 0, 1
    for kernel_size, stride in layers:
        field += (kernel_size - 1) * jump
        jump *= stride
    return field
