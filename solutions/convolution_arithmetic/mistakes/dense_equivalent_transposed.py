"""Pixels are rows, and numbers of the map are columns."""

# fails: dense_equivalent.matrix_shape


# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    columns = []
    for top in range(image_shape[0] - kernel.shape[0] + 1):
        for left in range(image_shape[1] - kernel.shape[1] + 1):
            weights = np.zeros(image_shape)
            weights[top : top + kernel.shape[0], left : left + kernel.shape[1]] = kernel
            columns.append(weights.ravel())
    return np.stack(columns, axis=1)


num_shared_weights = 9
num_dense_weights = 64
