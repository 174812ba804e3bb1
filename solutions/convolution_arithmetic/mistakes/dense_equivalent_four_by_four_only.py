"""Rows of the image are taken for four pixels long."""

# fails: dense_equivalent.any_size


# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    height, width = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    matrix = np.zeros((height * width, image_shape[0] * image_shape[1]))
    for row in range(height * width):
        for u in range(kernel.shape[0]):
            for v in range(kernel.shape[1]):
                pixel = (row // width + u) * 4 + row % width + v
                matrix[row, pixel % matrix.shape[1]] = kernel[u, v]
    return matrix


num_shared_weights = 9
num_dense_weights = 64
