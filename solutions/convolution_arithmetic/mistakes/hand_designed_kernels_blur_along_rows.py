"""The blur averages along rows only."""

# fails: hand_designed_kernels.blur

# %% hand_designed_kernels
blur = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]) / 3
sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
horizontal_edges = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
vertical_edges = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
