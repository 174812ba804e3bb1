"""The stride is always the size of the window."""

# fails: max_pool.pooled_shape


# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows, columns = height // pool_size, width // pool_size
    images = images[:, : rows * pool_size, : columns * pool_size]
    return images.reshape(batch, rows, pool_size, columns, pool_size, channels).max(axis=(2, 4))
