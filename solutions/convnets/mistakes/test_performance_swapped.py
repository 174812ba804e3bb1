"""Loss and accuracy are swapped."""

# fails: test_performance.values


# %% test_performance
def evaluate(model, images, labels):
    accuracy, loss = model.evaluate(images, labels, verbose=0)
    return {"loss": loss, "accuracy": accuracy}
