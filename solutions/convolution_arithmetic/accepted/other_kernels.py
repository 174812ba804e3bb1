"""Kernels of other shapes: a cross, a difference to the mean, two rows only, and edges found from one side."""
# %% hand_designed_kernels
blur = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]) / 5
identity = np.zeros((3, 3))
identity[1, 1] = 1
sharpen = identity + 1.5 * (identity - blur)
horizontal_edges = np.array([[0, -1, 0], [0, 1, 0], [0, 0, 0]])
vertical_edges = np.array([[0, 0, 0], [-1.0, 0, 1.0], [0, 0, 0]])
