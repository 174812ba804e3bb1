"""The kernel is flipped, as for a convolution of mathematicians."""

# fails: horizontal_edges.values


# %% horizontal_edges
def horizontal_edges(image):
    kernel = edge_kernel[::-1, ::-1]
    height, width = image.shape
    edges = np.zeros((height - 2, width - 2))
    for row in range(height - 2):
        for column in range(width - 2):
            edges[row, column] = np.sum(image[row : row + 3, column : column + 3] * kernel)
    return edges
