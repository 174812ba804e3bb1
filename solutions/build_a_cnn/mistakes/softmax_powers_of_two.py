"""Powers of two, not of e."""

# fails: softmax.values


# %% softmax
def softmax(logits):
    powers = 2.0 ** (logits - np.max(logits, axis=1, keepdims=True))
    return powers / np.sum(powers, axis=1, keepdims=True)
