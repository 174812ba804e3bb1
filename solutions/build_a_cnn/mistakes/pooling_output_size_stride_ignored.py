"""Windows always stand side by side."""

# fails: pooling_output_size.other_strides


# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    return n // pool
