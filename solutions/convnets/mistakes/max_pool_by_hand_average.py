"""Average pooling."""

# fails: max_pool_by_hand.values

# %% max_pool_by_hand
pooled = matrix.reshape(3, 2, 3, 2).mean(axis=(1, 3))
pooled_shape = pooled.shape
