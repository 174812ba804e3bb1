"""Only one map is counted."""

# fails: flattened_size.counts_all_numbers

# %% flattened_size
flattened_size = 10 * 10
