"""The window is as long as the stride."""

# fails: max_pool.stride[smaller], max_pool.stride[larger]


# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows, columns = (height - pool_size) // stride + 1, (width - pool_size) // stride + 1
    output = np.zeros((batch, rows, columns, channels), images.dtype)
    for i in range(rows):
        for j in range(columns):
            window = images[:, i * stride : (i + 1) * stride, j * stride : (j + 1) * stride]
            output[:, i, j] = window.max(axis=(1, 2))
    return output
