"""Twice what is shared, divided by both areas."""

# fails: mask_iou.values


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    masks, found = np.asarray(masks) > 0, np.asarray(predictions) > threshold
    shared = np.sum(masks & found, axis=(1, 2, 3))
    covered = np.sum(masks, axis=(1, 2, 3)) + np.sum(found, axis=(1, 2, 3))
    return np.where(covered > 0, 2 * shared / np.maximum(covered, 1), 1.0)
