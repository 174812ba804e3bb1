"""Kernels are added up: neighbouring windows do not overlap."""

# fails: receptive_field.stack_without_strides, receptive_field.stack_with_strides


# %% receptive_field
def receptive_field(layers):
    field, jump = 0, 1
    for kernel_size, stride in layers:
        field += kernel_size * jump
        jump *= stride
    return field
