"""The window moves by one."""

# fails: max_pool_by_hand.shape, max_pool_by_hand.values

# %% max_pool_by_hand
pooled = np.array([[matrix[i : i + 2, j : j + 2].max() for j in range(5)] for i in range(5)])
pooled_shape = (5, 5)
