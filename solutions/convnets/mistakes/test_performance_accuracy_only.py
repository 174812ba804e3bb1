"""The loss is left out."""

# fails: test_performance.returns_numbers_by_name


# %% test_performance
def evaluate(model, images, labels):
    return {"accuracy": model.evaluate(images, labels, verbose=0)[1]}
