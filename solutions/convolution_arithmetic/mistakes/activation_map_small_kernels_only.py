"""What the kernel has more than three rows and columns is not looked at."""

# fails: activation_map.any_kernel


# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    output = np.zeros((image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1))
    kernel = kernel[:3, :3]
    rows, columns = kernel.shape
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = np.sum(image[i : i + rows, j : j + columns] * kernel)
    return output
