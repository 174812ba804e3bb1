"""Probabilities in percent."""

# fails: classify.probabilities


# %% classify
def classify(model, images):
    probabilities = model.predict(images, verbose=0)
    return probabilities.argmax(axis=1), 100 * probabilities.max(axis=1)
