"""The channels are averaged."""

# fails: filter_response.values, filter_response.small_integers


# %% filter_response
def filter_response(image, weights):
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), weights.shape[:2], axis=(0, 1))
    maps = np.einsum("ijcuv,uvc->ijc", windows, weights)
    return maps.mean(axis=-1)
