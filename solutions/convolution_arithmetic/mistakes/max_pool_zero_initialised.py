"""The largest number begins with zero."""

# fails: max_pool.negative_numbers


# %% max_pool
def max_pool(images, pool_size, stride):
    batch, height, width, channels = images.shape
    rows, columns = (height - pool_size) // stride + 1, (width - pool_size) // stride + 1
    output = np.zeros((batch, rows, columns, channels))
    for i in range(rows):
        for j in range(columns):
            for u in range(pool_size):
                for v in range(pool_size):
                    output[:, i, j] = np.maximum(output[:, i, j], images[:, i * stride + u, j * stride + v])
    return output
