"""A last window that reaches over the border is counted."""

# fails: pooling_output_size.rest, pooling_output_size.other_strides


# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    return -(-(n - pool) // stride) + 1
