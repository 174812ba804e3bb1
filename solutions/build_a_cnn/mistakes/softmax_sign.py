"""The smallest logit gets the largest probability."""

# fails: softmax.values


# %% softmax
def softmax(logits):
    powers = np.exp(np.min(logits, axis=1, keepdims=True) - logits)
    return powers / np.sum(powers, axis=1, keepdims=True)
