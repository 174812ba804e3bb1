"""The last row and column of positions are forgotten."""

# fails: activation_map.map_shape


# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    height, width = image.shape[0] - kernel.shape[0], image.shape[1] - kernel.shape[1]
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            output[i, j] = np.sum(image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel)
    return output
