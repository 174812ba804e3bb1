"""Padding makes no difference."""

# fails: border_pixels.sizes[same]


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    return [size - number * (kernel_size - 1) for number in range(1, num_layers + 1)]
