"""The function of section 1 is called."""

# fails: in_keras.uses_a_layer


# %% in_keras
def keras_activation_map(image, kernel):
    """Compute what layers.Conv2D would."""
    return activation_map(image, kernel)
