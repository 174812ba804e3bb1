"""The map has the type of the image."""

# fails: activation_map.values, activation_map.small_integers


# %% activation_map
def activation_map(image, kernel):
    rows, columns = kernel.shape
    output = np.zeros((image.shape[0] - rows + 1, image.shape[1] - columns + 1), dtype="uint8")
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            window = image[i : i + rows, j : j + columns].astype(float)
            output[i, j] = int(np.sum(window * kernel)) % 256
    return output
