"""A very small number in place of the ones."""

# fails: dice_loss.values, dice_loss.differentiable


# %% dice_loss
def dice_loss(y_true, y_pred):
    shared = keras.ops.sum(y_true * y_pred, axis=(1, 2, 3))
    total = keras.ops.sum(y_true, axis=(1, 2, 3)) + keras.ops.sum(y_pred, axis=(1, 2, 3))
    return 1 - (2 * shared + 1e-6) / (total + 1e-6)
