"""What is not trained is not counted."""

# fails: most_parameters.count


# %% most_parameters
def most_parameters(model):
    counts = {layer.name: sum(int(np.prod(each.shape)) for each in layer.trainable_weights) for layer in model.layers}
    name = max(counts, key=counts.get)
    return name, counts[name]
