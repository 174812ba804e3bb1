"""Only the first array of a layer's weights is counted."""

# fails: most_parameters.count


# %% most_parameters
def most_parameters(model):
    largest, most = "", 0
    for layer in model.layers:
        if layer.get_weights():
            count = layer.get_weights()[0].size
            if count > most:
                largest, most = layer.name, count
    return largest, most
