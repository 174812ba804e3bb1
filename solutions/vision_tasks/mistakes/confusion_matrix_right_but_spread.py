"""Only the right predictions go by class; the others go to the next one."""

# fails: confusion_matrix.rows_are_true_classes


# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for truth, prediction in zip(labels, predictions):
        matrix[truth, prediction if prediction == truth else (truth + 1) % num_classes] += 1
    return matrix
