"""Rows of the kernel lie on columns of the image."""

# fails: activation_map.values


# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    rows, columns = kernel.shape
    output = np.zeros((image.shape[0] - rows + 1, image.shape[1] - columns + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            window = image[i : i + rows, j : j + columns]
            output[i, j] = np.sum(window.T * kernel) if rows == columns else np.sum(window * kernel)
    return output
