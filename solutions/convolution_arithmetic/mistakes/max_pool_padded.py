"""Windows that reach over the border are kept."""

# fails: max_pool.pooled_shape


# %% max_pool
def max_pool(images, pool_size, stride):
    rows, columns = range(0, images.shape[1], stride), range(0, images.shape[2], stride)
    output = [[images[:, i : i + pool_size, j : j + pool_size].max(axis=(1, 2)) for j in columns] for i in rows]
    return np.moveaxis(np.array(output), 2, 0)
