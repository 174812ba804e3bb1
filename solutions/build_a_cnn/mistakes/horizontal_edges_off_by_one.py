"""The last row and the last column are left out."""

# fails: horizontal_edges.sees_horizontal_edges_only


# %% horizontal_edges
def horizontal_edges(image):
    height, width = image.shape
    edges = np.zeros((height - 2, width - 2))
    for row in range(height - 3):
        for column in range(width - 3):
            edges[row, column] = np.sum(image[row : row + 3, column : column + 3] * edge_kernel)
    return edges
