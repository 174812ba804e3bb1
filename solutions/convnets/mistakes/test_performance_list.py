"""Returns a list without names."""

# fails: test_performance.returns_numbers_by_name


# %% test_performance
def evaluate(model, images, labels):
    return model.evaluate(images, labels, verbose=0)
