"""The weights of the edges do not add up to zero."""

# fails: hand_designed_kernels.edges[horizontal_edges], hand_designed_kernels.edges[vertical_edges]

# %% hand_designed_kernels
blur = np.ones((3, 3)) / 9
sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
horizontal_edges = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]])
vertical_edges = horizontal_edges.T
