"""The shape of the window, not of the result."""

# fails: max_pool_by_hand.shape

# %% max_pool_by_hand
pooled = [[9, 5, 8], [9, 9, 8], [9, 9, 9]]
pooled_shape = (2, 2)
