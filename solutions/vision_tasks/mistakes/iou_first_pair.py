"""Only the first pair is compared."""

# fails: iou.one_number_for_each_pair


# %% iou
def iou(boxes, others):
    (x1, y1, w1, h1), (x2, y2, w2, h2) = boxes[0], others[0]
    shared = max(0, min(x1 + w1, x2 + w2) - max(x1, x2)) * max(0, min(y1 + h1, y2 + h2) - max(y1, y2))
    return shared / (w1 * h1 + w2 * h2 - shared)
