"""Products are computed in the type of the image."""

# fails: activation_map.small_integers


# %% activation_map
def activation_map(image, kernel):
    rows, columns = kernel.shape
    output = np.zeros((image.shape[0] - rows + 1, image.shape[1] - columns + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = np.sum(image[i : i + rows, j : j + columns] * kernel)
    return output
