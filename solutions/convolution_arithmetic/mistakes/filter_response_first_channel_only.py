"""Only the first channel is looked at."""

# fails: filter_response.values, filter_response.small_integers


# %% filter_response
def filter_response(image, weights):
    return activation_map(image[..., 0], weights[..., 0])
