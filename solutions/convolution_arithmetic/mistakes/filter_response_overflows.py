"""Products are computed in one byte."""

# fails: filter_response.small_integers


# %% filter_response
def filter_response(image, weights):
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return np.sum(windows * weights, axis=(2, 3, 4, 5))
