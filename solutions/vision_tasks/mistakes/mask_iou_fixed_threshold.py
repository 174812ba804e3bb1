"""The threshold is written down."""

# fails: mask_iou.threshold


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    masks, found = np.asarray(masks) > 0, np.asarray(predictions) > 0.5
    shared = np.sum(masks & found, axis=(1, 2, 3))
    covered = np.sum(masks | found, axis=(1, 2, 3))
    return np.where(covered > 0, shared / np.maximum(covered, 1), 1.0)
