"""One number for all images together."""

# fails: mask_iou.one_number_for_each_image


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    masks, found = np.asarray(masks) > 0, np.asarray(predictions) > threshold
    shared = np.sum(masks & found)
    covered = np.sum(masks | found)
    return np.where(covered > 0, shared / np.maximum(covered, 1), 1.0)
