"""The kernel is transposed: it finds vertical edges."""

# fails: horizontal_edges.sees_horizontal_edges_only


# %% horizontal_edges
def horizontal_edges(image):
    height, width = image.shape
    edges = np.zeros((height - 2, width - 2))
    for row in range(height - 2):
        for column in range(width - 2):
            edges[row, column] = np.sum(image[row : row + 3, column : column + 3] * edge_kernel.T)
    return edges
