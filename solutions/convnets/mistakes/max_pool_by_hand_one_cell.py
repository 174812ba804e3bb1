"""One number is wrong."""

# fails: max_pool_by_hand.values

# %% max_pool_by_hand
pooled = [[9, 5, 8], [9, 9, 8], [9, 6, 9]]
pooled_shape = (3, 3)
