"""The area of the frame around both boxes is taken for what they cover."""

# fails: iou.overlap


# %% iou
def iou(boxes, others):
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    starts = np.maximum(boxes[:, :2], others[:, :2])
    ends = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    shared = np.prod(np.maximum(ends - starts, 0), axis=1)
    first = np.minimum(boxes[:, :2], others[:, :2])
    last = np.maximum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    covered = np.prod(last - first, axis=1)
    return np.divide(shared, covered, out=np.zeros(len(boxes)), where=shared > 0)
