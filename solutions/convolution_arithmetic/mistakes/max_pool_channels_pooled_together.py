"""The largest number of all channels is taken."""

# fails: max_pool.batches_and_channels


# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows, columns = (height - pool_size) // stride + 1, (width - pool_size) // stride + 1
    output = np.zeros((batch, rows, columns, channels))
    for i in range(rows):
        for j in range(columns):
            window = images[:, i * stride : i * stride + pool_size, j * stride : j * stride + pool_size]
            output[:, i, j] = window.max(axis=(1, 2, 3))[:, np.newaxis]
    return output
