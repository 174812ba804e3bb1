"""`valid` is taken for the padding that keeps the size."""

# fails: border_pixels.sizes[valid], border_pixels.sizes[same]


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    lost = kernel_size - 1 if padding == "same" else 0
    return [size - number * lost for number in range(1, num_layers + 1)]
