"""There are always three channels."""

# fails: filter_response.any_number_of_channels


# %% filter_response
def filter_response(image, weights):
    red, green, blue = (activation_map(image[..., channel], weights[..., channel]) for channel in range(3))
    return red + green + blue
