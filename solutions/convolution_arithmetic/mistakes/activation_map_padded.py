"""The image is padded, so that the map is as large as it."""

# fails: activation_map.map_shape
# fails: equivariance.shift_to_the_right[shift_then_convolve], equivariance.shift_to_the_left[shift_then_convolve]


# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    image = np.pad(image, [((size - 1) // 2, size // 2) for size in kernel.shape])
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))
