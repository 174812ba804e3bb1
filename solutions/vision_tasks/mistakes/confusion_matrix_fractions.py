"""Rows are fractions of their class."""

# fails: confusion_matrix.has_every_class


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    np.add.at(matrix, (labels, predictions), 1)
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
