"""The receptive field by recursion on the last layer."""
# %% receptive_field
def receptive_field(layers):
    if not layers:
        return 1
    *before, (kernel_size, _) = layers
    return receptive_field(before) + (kernel_size - 1) * int(np.prod([stride for _, stride in before]))
