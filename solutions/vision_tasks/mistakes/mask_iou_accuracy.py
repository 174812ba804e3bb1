"""The fraction of pixels that agree."""

# fails: mask_iou.values, mask_iou.empty_masks


# %% mask_iou
def mask_iou(masks, predictions, threshold=0.5):
    return np.mean((np.asarray(masks) > 0) == (predictions > threshold), axis=(1, 2, 3))
