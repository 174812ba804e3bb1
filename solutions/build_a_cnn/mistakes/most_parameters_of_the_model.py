"""The parameters of the whole model."""

# fails: most_parameters.count


# %% most_parameters
def most_parameters(model):
    largest = max(model.layers, key=lambda layer: layer.count_params())
    return largest.name, model.count_params()
