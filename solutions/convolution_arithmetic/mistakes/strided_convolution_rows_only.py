"""Only rows are sampled."""

# fails: strided_convolution.sampled_shape


# %% strided_convolution
def strided(image, kernel, s):
    return activation_map(image, kernel)[::s]
