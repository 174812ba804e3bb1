"""The right number, with the name of the first layer."""

# fails: most_parameters.name


# %% most_parameters
def most_parameters(model):
    counts = [layer.count_params() for layer in model.layers]
    return model.layers[0].name, max(counts)
