"""One kernel finds edges of all directions."""

# fails: hand_designed_kernels.edges[horizontal_edges], hand_designed_kernels.edges[vertical_edges]

# %% hand_designed_kernels
blur = np.ones((3, 3)) / 9
sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
horizontal_edges = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
vertical_edges = horizontal_edges
