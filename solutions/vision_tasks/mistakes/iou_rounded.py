"""The result has the type of the boxes: with whole numbers it is cut off."""

# fails: iou.whole_numbers


# %% iou
def iou(boxes, others):
    starts = np.maximum(boxes[:, :2], others[:, :2])
    ends = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    shared = np.prod(np.maximum(ends - starts, 0), axis=1)
    covered = np.prod(boxes[:, 2:], axis=1) + np.prod(others[:, 2:], axis=1) - shared
    return np.where(shared > 0, shared / np.maximum(covered, 1e-12), 0).astype(boxes.dtype)
