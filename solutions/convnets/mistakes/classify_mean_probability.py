"""The mean of all classes, which is the same for every image."""

# fails: classify.probabilities


# %% classify
def classify(model, images):
    probabilities = model.predict(images, verbose=0)
    return probabilities.argmax(axis=1), probabilities.mean(axis=1)
