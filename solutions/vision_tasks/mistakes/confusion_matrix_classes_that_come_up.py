"""Only classes that come up have a row."""

# fails: confusion_matrix.has_every_class


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    classes = np.unique(np.concatenate([labels, predictions]))
    return np.array([[np.sum((labels == t) & (predictions == p)) for p in classes] for t in classes])
