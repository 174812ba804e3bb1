"""Kernels are always 3 x 3."""

# fails: filter_response.one_map


# %% filter_response
def filter_response(image, weights):
    height, width, _ = image.shape
    output = np.zeros((height - 2, width - 2))
    for i in range(height - 2):
        for j in range(width - 2):
            output[i, j] = np.sum(image[i : i + 3, j : j + 3].astype(float) * weights)
    return output
