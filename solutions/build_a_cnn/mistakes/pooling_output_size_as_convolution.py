"""The formula for stride 1."""

# fails: pooling_output_size.windows_side_by_side, pooling_output_size.other_strides


# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    return n - pool + 1
