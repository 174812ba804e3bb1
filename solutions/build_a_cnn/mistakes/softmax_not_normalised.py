"""Exponentials that nobody divides."""

# fails: softmax.rows_add_up_to_one


# %% softmax
def softmax(logits):
    return np.exp(logits - np.max(logits, axis=1, keepdims=True))
