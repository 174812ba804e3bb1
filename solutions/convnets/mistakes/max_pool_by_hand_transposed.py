"""Rows and columns are swapped."""

# fails: max_pool_by_hand.values

# %% max_pool_by_hand
pooled = np.array([[matrix[i : i + 2, j : j + 2].max() for i in (0, 2, 4)] for j in (0, 2, 4)])
pooled_shape = (3, 3)
