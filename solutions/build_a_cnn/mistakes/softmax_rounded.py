"""Probabilities are rounded, so small ones are lost."""

# fails: softmax.rows_add_up_to_one


# %% softmax
def softmax(logits):
    powers = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    return np.round(powers / np.sum(powers, axis=1, keepdims=True), 2)
