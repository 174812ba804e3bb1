"""The accuracy is a percentage."""

# fails: test_performance.values


# %% test_performance
def evaluate(model, images, labels):
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return {"loss": loss, "accuracy": 100 * accuracy}
