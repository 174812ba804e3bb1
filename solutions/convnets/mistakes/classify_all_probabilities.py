"""Returns the probabilities of all classes."""

# fails: classify.shapes


# %% classify
def classify(model, images):
    probabilities = model.predict(images, verbose=0)
    return probabilities.argmax(axis=1), probabilities
