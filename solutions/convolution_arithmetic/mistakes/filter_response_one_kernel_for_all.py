"""All channels get the kernel of the first."""

# fails: filter_response.values, filter_response.small_integers


# %% filter_response
def filter_response(image, weights):
    return sum(activation_map(image[..., channel], weights[..., 0]) for channel in range(image.shape[-1]))
