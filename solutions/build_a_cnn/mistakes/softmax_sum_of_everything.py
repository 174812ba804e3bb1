"""All numbers together add up to one."""

# fails: softmax.rows_add_up_to_one


# %% softmax
def softmax(logits):
    powers = np.exp(logits - np.max(logits))
    return powers / np.sum(powers)
