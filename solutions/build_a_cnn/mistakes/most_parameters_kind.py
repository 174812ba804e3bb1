"""The class of the layer, not its name."""

# fails: most_parameters.name


# %% most_parameters
def most_parameters(model):
    largest = max(model.layers, key=lambda layer: layer.count_params())
    return type(largest).__name__, largest.count_params()
