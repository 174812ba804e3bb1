"""The name is that of the last layer which the loop has seen."""

# fails: most_parameters.name


# %% most_parameters
def most_parameters(model):
    most = 0
    for layer in model.layers:
        if layer.count_params() > most:
            most = layer.count_params()
    return layer.name, most
