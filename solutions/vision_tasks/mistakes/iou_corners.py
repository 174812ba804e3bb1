"""The last two numbers are taken for the lower right corner."""

# fails: iou.equal_boxes


# %% iou
def iou(boxes, others):
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    starts = np.maximum(boxes[:, :2], others[:, :2])
    ends = np.minimum(boxes[:, 2:], others[:, 2:])
    shared = np.prod(np.maximum(ends - starts, 0), axis=1)
    covered = np.prod(boxes[:, 2:], axis=1) + np.prod(others[:, 2:], axis=1) - shared
    return np.divide(shared, covered, out=np.zeros(len(boxes)), where=covered > 0)
