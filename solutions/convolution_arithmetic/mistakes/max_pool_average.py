"""The windows are averaged."""

# fails: max_pool.values, max_pool.negative_numbers


# %% max_pool
def max_pool(images, pool_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(images, (pool_size, pool_size), axis=(1, 2))
    return windows[:, ::stride, ::stride].mean(axis=(4, 5))
