"""The weights of all rows are counted."""

# fails: dense_equivalent.counts


# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    rows = []
    for top in range(image_shape[0] - kernel.shape[0] + 1):
        for left in range(image_shape[1] - kernel.shape[1] + 1):
            weights = np.zeros(image_shape)
            weights[top : top + kernel.shape[0], left : left + kernel.shape[1]] = kernel
            rows.append(weights.ravel())
    return np.stack(rows)


num_shared_weights = 9 * 4
num_dense_weights = 64
