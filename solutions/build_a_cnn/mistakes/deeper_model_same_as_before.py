"""The convolution is forgotten."""

# fails: deeper_model.third_convolution


# %% deeper_model
def deeper_model():
    return intro_model()
