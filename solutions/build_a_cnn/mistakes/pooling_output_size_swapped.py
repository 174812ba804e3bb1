"""Window and stride are confused."""

# fails: pooling_output_size.other_strides


# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    return (n - stride) // pool + 1
