"""The result has the type of the image, which holds no negative numbers."""

# fails: horizontal_edges.bytes


# %% horizontal_edges
def horizontal_edges(image):
    height, width = image.shape
    edges = np.zeros_like(image[2:, 2:])
    for row in range(height - 2):
        for column in range(width - 2):
            total = np.sum(image[row : row + 3, column : column + 3] * edge_kernel)
            edges[row, column] = np.array(total).astype(image.dtype)
    return edges
