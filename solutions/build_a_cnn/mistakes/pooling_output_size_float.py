"""A division that makes a float."""

# fails: pooling_output_size.whole_number


# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    return (n - pool) / stride + 1
