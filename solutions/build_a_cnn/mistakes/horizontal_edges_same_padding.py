"""The image is padded with zeros."""

# fails: horizontal_edges.shape


# %% horizontal_edges
def horizontal_edges(image):
    height, width = image.shape
    padded = np.pad(image, 1)
    edges = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            edges[row, column] = np.sum(padded[row : row + 3, column : column + 3] * edge_kernel)
    return edges
