"""The number comes first, then the name."""

# fails: most_parameters.count


# %% most_parameters
def most_parameters(model):
    largest = max(model.layers, key=lambda layer: layer.count_params())
    return largest.count_params(), largest.name
