"""The layer is returned, not its name."""

# fails: most_parameters.count


# %% most_parameters
def most_parameters(model):
    largest = max(model.layers, key=lambda layer: layer.count_params())
    return largest, largest.count_params()
