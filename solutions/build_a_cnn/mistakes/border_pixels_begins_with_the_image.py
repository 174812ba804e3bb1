"""The size of the image comes first."""

# fails: border_pixels.one_size_for_each_layer


# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    lost = kernel_size - 1 if padding == "valid" else 0
    return [size - number * lost for number in range(num_layers + 1)]
