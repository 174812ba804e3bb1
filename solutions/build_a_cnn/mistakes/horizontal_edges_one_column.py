"""Only the pixels straight above and below are compared."""

# fails: horizontal_edges.values


# %% horizontal_edges
def horizontal_edges(image):
    image = image.astype(float)
    return (image[2:] - image[:-2])[:, 1:-1]
