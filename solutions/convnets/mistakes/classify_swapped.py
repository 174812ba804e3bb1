"""Probabilities first."""

# fails: classify.labels, classify.probabilities


# %% classify
def classify(model, images):
    probabilities = model.predict(images, verbose=0)
    return probabilities.max(axis=1), probabilities.argmax(axis=1)
