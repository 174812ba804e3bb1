"""The mean of the products, not their sum."""

# fails: horizontal_edges.values


# %% horizontal_edges
def horizontal_edges(image):
    height, width = image.shape
    edges = np.zeros((height - 2, width - 2))
    for row in range(height - 2):
        for column in range(width - 2):
            edges[row, column] = np.mean(image[row : row + 3, column : column + 3] * edge_kernel)
    return edges
