"""The kernel is taken for square."""

# fails: activation_map.map_shape, strided_convolution.samples
# fails: equivariance.interior_shape[shift_then_convolve], equivariance.interior_shape[convolve_then_shift]


# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    size = len(kernel)
    output = np.zeros((image.shape[0] - size + 1, image.shape[1] - size + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = np.sum(image[i : i + size, j : j + size] * kernel)
    return output
