"""The bias is counted as an input."""

# fails: flattened_size.counts_all_numbers

# %% flattened_size
flattened_size = 10 * 10 * 16 + 1
