"""The zeros are those of stride 1."""

# fails: pad_same.strides


# %% pad_same
def pad_same(image, kernel_size, strides=(1, 1)):
    padding = [((k - 1) // 2, k // 2) for k in kernel_size]
    return np.pad(image, padding + [(0, 0)] * (image.ndim - 2))
