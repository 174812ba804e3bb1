"""The predictions are taken as they are."""

# fails: mask_iou.values


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    masks = np.asarray(masks, float)
    shared = np.sum(masks * predictions, axis=(1, 2, 3))
    covered = np.sum(masks + predictions - masks * predictions, axis=(1, 2, 3))
    return np.where(covered > 0, shared / np.maximum(covered, 1e-12), 1.0)
