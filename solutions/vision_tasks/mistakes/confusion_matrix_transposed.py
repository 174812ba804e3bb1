"""Rows are the predictions."""

# fails: confusion_matrix.rows_are_true_classes


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for truth, prediction in zip(labels, predictions):
        matrix[prediction, truth] += 1
    return matrix
