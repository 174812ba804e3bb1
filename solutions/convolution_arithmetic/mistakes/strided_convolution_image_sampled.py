"""The image is sampled, and not the map."""

# fails: strided_convolution.sampled_shape


# %% strided_convolution
def strided(image, kernel, s):
    return activation_map(image[::s, ::s], kernel)
