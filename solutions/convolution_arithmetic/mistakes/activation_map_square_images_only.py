"""The image is taken for square."""

# fails: activation_map.map_shape, strided_convolution.sampled_shape


# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    rows, columns = kernel.shape
    output = np.zeros((image.shape[0] - rows + 1, image.shape[0] - columns + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = np.sum(image[i : i + rows, j : j + columns] * kernel)
    return output
