"""The lengths of the axes are added."""

# fails: flattened_size.counts_all_numbers

# %% flattened_size
flattened_size = 10 + 10 + 16
