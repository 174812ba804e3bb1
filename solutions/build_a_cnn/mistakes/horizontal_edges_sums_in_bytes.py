"""Rows of bytes are added and subtracted as bytes."""

# fails: horizontal_edges.bytes


# %% horizontal_edges
def horizontal_edges(image):
    sums = image[:, :-2] + image[:, 1:-1] + image[:, 2:]
    return sums[2:] - sums[:-2]
