"""The number of windows is rounded down."""

# fails: pad_same.strides


# %% pad_same
def pad_same(image, kernel_size, strides=(1, 1)):
    padding = [(0, 0)] * image.ndim
    for axis in (0, 1):
        n, k, s = image.shape[axis], kernel_size[axis], strides[axis]
        zeros = max((n // s - 1) * s + k - n, 0)
        padding[axis] = (zeros // 2, zeros - zeros // 2)
    return np.pad(image, padding)
