"""Ignores its arguments, and evaluates images of the notebook."""

# fails: test_performance.returns_numbers_by_name


# %% test_performance
def evaluate(model, images, labels):
    return model.evaluate(few_test_images, few_test_labels, return_dict=True, verbose=0)
