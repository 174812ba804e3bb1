"""The picture is compared with what is on its left only."""

# fails: hand_designed_kernels.sharpen

# %% hand_designed_kernels
blur = np.ones((3, 3)) / 9
sharpen = np.array([[0, 0, 0], [-1, 2, 0], [0, 0, 0]])
horizontal_edges = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
vertical_edges = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
