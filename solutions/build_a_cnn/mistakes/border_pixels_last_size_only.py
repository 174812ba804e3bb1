"""Only the size after the last layer."""

# fails: border_pixels.one_size_for_each_layer


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    if padding == "valid":
        size -= num_layers * (kernel_size - 1)
    return size
