"""The predictions are rounded first: a step has no slope."""

# fails: dice_loss.values, dice_loss.differentiable


# %% dice_loss
def dice_loss(y_true, y_pred):
    y_pred = keras.ops.cast(y_pred > 0.5, "float32")
    shared = keras.ops.sum(y_true * y_pred, axis=(1, 2, 3))
    total = keras.ops.sum(y_true, axis=(1, 2, 3)) + keras.ops.sum(y_pred, axis=(1, 2, 3))
    return 1 - (2 * shared + 1) / (total + 1)
