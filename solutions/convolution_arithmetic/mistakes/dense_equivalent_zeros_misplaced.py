"""All weights of a row stand side by side."""

# fails: dense_equivalent.small_matrix


# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    height, width = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    matrix = np.zeros((height * width, image_shape[0] * image_shape[1]))
    for row in range(height * width):
        start = min(row // width * image_shape[1] + row % width, matrix.shape[1] - kernel.size)
        matrix[row, start : start + kernel.size] = kernel.ravel()
    return matrix


num_shared_weights = 9
num_dense_weights = 64
