"""Rows are padded as columns should be."""

# fails: pad_same.padded_shape, pad_same.strides, pad_same.channels


# %% pad_same
def pad_same(image, kernel_size, strides=(1, 1)):
    padding = [(0, 0)] * image.ndim
    for axis in (0, 1):
        n, k, s = image.shape[axis], kernel_size[1 - axis], strides[1 - axis]
        zeros = max((-(-n // s) - 1) * s + k - n, 0)
        padding[axis] = (zeros // 2, zeros - zeros // 2)
    return np.pad(image, padding)
