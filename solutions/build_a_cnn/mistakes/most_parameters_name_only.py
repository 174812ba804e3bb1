"""The number is missing."""

# fails: most_parameters.count


# %% most_parameters
def most_parameters(model):
    return max(model.layers, key=lambda layer: layer.count_params()).name
