"""The window is multiplied with the kernel as a matrix."""

# fails: activation_map.values, activation_map.small_integers


# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (np.swapaxes(windows, 2, 3) @ kernel).sum(axis=(2, 3))
