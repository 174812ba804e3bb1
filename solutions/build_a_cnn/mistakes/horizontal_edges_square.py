"""Images are taken for square."""

# fails: horizontal_edges.shape


# %% horizontal_edges
def horizontal_edges(image):
    size = len(image) - 2
    edges = np.zeros((size, size))
    for row in range(size):
        for column in range(size):
            edges[row, column] = np.sum(image[row : row + 3, column : column + 3] * edge_kernel)
    return edges
