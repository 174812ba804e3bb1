"""Evaluates the first ten images only."""

# fails: test_performance.values


# %% test_performance
def evaluate(model, images, labels):
    return model.evaluate(images[:10], labels[:10], return_dict=True, verbose=0)
