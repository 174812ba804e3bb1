"""Windows move by one pixel, and the first ones are kept."""

# fails: max_pool.values, max_pool.negative_numbers


# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows, columns = (height - pool_size) // stride + 1, (width - pool_size) // stride + 1
    windows = np.lib.stride_tricks.sliding_window_view(images, (pool_size, pool_size), axis=(1, 2))
    return windows.max(axis=(4, 5))[:, :rows, :columns]
