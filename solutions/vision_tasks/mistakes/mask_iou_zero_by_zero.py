"""Zero is divided by zero where both masks are empty."""

# fails: mask_iou.empty_masks


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    masks, found = np.asarray(masks) > 0, np.asarray(predictions) > threshold
    shared = np.sum(masks & found, axis=(1, 2, 3))
    covered = np.sum(masks | found, axis=(1, 2, 3))
    return shared / covered
