"""NumPy loses the gradient."""

# fails: dice_loss.differentiable


# %% dice_loss
def dice_loss(y_true, y_pred):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    shared = np.sum(y_true * y_pred, axis=(1, 2, 3))
    total = np.sum(y_true, axis=(1, 2, 3)) + np.sum(y_pred, axis=(1, 2, 3))
    return 1 - (2 * shared + 1) / (total + 1)
