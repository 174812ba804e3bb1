"""The kernels are turned by 180 degrees."""

# fails: filter_response.values, filter_response.small_integers


# %% filter_response
def filter_response(image, weights):
    weights = weights[::-1, ::-1]
    return sum(activation_map(image[..., channel], weights[..., channel]) for channel in range(image.shape[-1]))
