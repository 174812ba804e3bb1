"""Nothing is ever padded."""

# fails: conv_layer.same_padding, conv_layer.same_padding_with_strides


# %% conv_layer
def conv_layer(images, weights, bias, strides=(1, 1), padding="valid"):
    windows = np.lib.stride_tricks.sliding_window_view(images, weights.shape[:2], axis=(1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]
    return np.einsum("nijcuv,uvcf->nijf", windows, weights) + bias
