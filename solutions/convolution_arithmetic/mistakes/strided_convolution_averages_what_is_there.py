"""Blocks of the map are averaged, also those that are cut off."""

# fails: strided_convolution.samples


# %% strided_convolution
def strided(image, kernel, s):
    output = activation_map(image, kernel)
    rows, columns = range(0, output.shape[0], s), range(0, output.shape[1], s)
    return np.array([[output[i : i + s, j : j + s].mean() for j in columns] for i in rows])
