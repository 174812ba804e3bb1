"""Adding at an array of places counts equal places once."""

# fails: confusion_matrix.counts_every_image


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    matrix[labels, predictions] += 1
    return matrix
