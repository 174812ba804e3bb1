"""Right predictions are left out."""

# fails: confusion_matrix.counts_every_image


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for truth, prediction in zip(labels, predictions):
        if truth != prediction:
            matrix[truth, prediction] += 1
    return matrix
