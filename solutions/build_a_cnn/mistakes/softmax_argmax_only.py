"""One for the largest logit, zero for the others."""

# fails: softmax.values


# %% softmax
def softmax(logits):
    return np.eye(logits.shape[1])[np.argmax(logits, axis=1)]
