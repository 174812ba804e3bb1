"""The channels are forgotten."""

# fails: num_inputs.counts_every_value


# %% num_inputs
num_inputs = 32 * 32
