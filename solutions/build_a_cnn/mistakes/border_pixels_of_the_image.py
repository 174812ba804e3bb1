"""Every layer is computed from the image, not from the map before it."""

# fails: border_pixels.sizes[valid]


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    return [size - kernel_size + 1 if padding == "valid" else size for _ in range(num_layers)]
