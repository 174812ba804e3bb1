"""Kernels of 3 x 3 are taken for granted."""

# fails: border_pixels.sizes[valid]


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    lost = 2 if padding == "valid" else 0
    return [size - number * lost for number in range(1, num_layers + 1)]
