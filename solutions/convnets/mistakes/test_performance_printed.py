"""Prints the numbers, and returns nothing."""

# fails: test_performance.returns_numbers_by_name


# %% test_performance
def evaluate(model, images, labels):
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    print(f"loss {loss:.3f}, accuracy {accuracy:.1%}")
