"""Every label is compared with every prediction."""

# fails: confusion_matrix.counts_every_image


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    return np.outer(np.bincount(labels, minlength=num_classes), np.bincount(predictions, minlength=num_classes))
