"""Logits are divided by their sum, without exponentials."""

# fails: softmax.rows_add_up_to_one


# %% softmax
def softmax(logits):
    return logits / np.sum(logits, axis=1, keepdims=True)
