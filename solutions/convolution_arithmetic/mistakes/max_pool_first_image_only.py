"""All images get the result of the first."""

# fails: max_pool.batches_and_channels


# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows, columns = (height - pool_size) // stride + 1, (width - pool_size) // stride + 1
    output = np.zeros((batch, rows, columns, channels))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            output[:, i, j] = images[0, top : top + pool_size, left : left + pool_size].max(axis=(0, 1))
    return output
