"""Convolutions are matrices that are multiplied with flattened images."""
# %% dense_equivalent
def convolution_matrix(kernel, image_shape):
    height, width = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    u, v = np.indices(kernel.shape).reshape(2, -1)
    i, j = np.indices((height, width)).reshape(2, -1)
    matrix = np.zeros((height * width, image_shape[0] * image_shape[1]))
    pixels = (i[:, None] + u) * image_shape[1] + j[:, None] + v
    np.put_along_axis(matrix, pixels, np.tile(kernel.ravel(), (height * width, 1)), axis=1)
    return matrix


num_shared_weights = 9.0
num_dense_weights = float(4 * 16)

# %% strided_convolution
def strided(image, kernel, s):
    shape = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return (convolution_matrix(kernel, image.shape) @ image.ravel()).reshape(shape)[::s, ::s]

# %% flattened_size
flattened_size = 1.6e3
