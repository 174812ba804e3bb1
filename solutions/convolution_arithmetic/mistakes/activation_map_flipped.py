"""The kernel is turned by 180 degrees, as in mathematics."""

# fails: activation_map.values, activation_map.small_integers


# %% activation_map
def activation_map(image, kernel):
    kernel = np.asarray(kernel, float)[::-1, ::-1]
    height, width = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            output[i, j] = np.sum(image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel)
    return output
