"""One is added above and below."""

# fails: iou.boxes_apart, iou.without_area


# %% iou
def iou(boxes, others):
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    starts = np.maximum(boxes[:, :2], others[:, :2])
    ends = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    shared = np.prod(np.maximum(ends - starts, 0), axis=1)
    covered = np.prod(boxes[:, 2:], axis=1) + np.prod(others[:, 2:], axis=1) - shared
    return (shared + 1) / (covered + 1)
