"""A fixed number is subtracted."""

# fails: softmax.large_logits


# %% softmax
def softmax(logits):
    powers = np.exp(logits - 100)
    return powers / np.sum(powers, axis=1, keepdims=True)
