"""The last layer is taken for the largest."""

# fails: most_parameters.count


# %% most_parameters
def most_parameters(model):
    layer = model.layers[-1]
    return layer.name, layer.count_params()
