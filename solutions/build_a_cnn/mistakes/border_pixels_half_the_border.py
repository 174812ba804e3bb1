"""The border is taken away at one side only."""

# fails: border_pixels.sizes[valid]


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    lost = kernel_size // 2 if padding == "valid" else 0
    return [size - number * lost for number in range(1, num_layers + 1)]
