"""Each layer is said to cost as many pixels as the kernel has."""

# fails: border_pixels.sizes[valid]


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    sizes = []
    for _ in range(num_layers):
        if padding == "valid":
            size -= kernel_size
        sizes.append(size)
    return sizes
