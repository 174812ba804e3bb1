"""The result is written into an array of the logits' type."""

# fails: softmax.whole_numbers


# %% softmax
def softmax(logits):
    probabilities = np.zeros_like(logits)
    for row, values in enumerate(logits):
        powers = np.exp(values - values.max())
        probabilities[row] = powers / powers.sum()
    return probabilities
