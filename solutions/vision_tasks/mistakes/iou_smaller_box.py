"""What is shared is divided by the smaller box."""

# fails: iou.overlap


# %% iou
def iou(boxes, others):
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    starts = np.maximum(boxes[:, :2], others[:, :2])
    ends = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    shared = np.prod(np.maximum(ends - starts, 0), axis=1)
    covered = np.minimum(np.prod(boxes[:, 2:], axis=1), np.prod(others[:, 2:], axis=1))
    return np.divide(shared, covered, out=np.zeros(len(boxes)), where=shared > 0)
