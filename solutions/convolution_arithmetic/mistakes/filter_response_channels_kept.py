"""There is a map for each channel."""

# fails: filter_response.one_map


# %% filter_response
def filter_response(image, weights):
    image = image.astype(float)
    maps = [activation_map(image[..., channel], weights[..., channel]) for channel in range(image.shape[-1])]
    return np.stack(maps, axis=-1)
