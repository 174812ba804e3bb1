"""The block returns what it gets."""

# fails: residual_block.changes_shape, residual_block.branch, residual_block.carries_its_input
# fails: residual_block.relu_after_addition


# %% residual_block
def residual_block(filters, strides=1):
    return lambda x: x


# %% residual_model
# Not answered: this file is about the block alone.
