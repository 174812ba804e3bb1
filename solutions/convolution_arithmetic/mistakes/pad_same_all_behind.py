"""All zeros stand below and on the right."""

# fails: pad_same.image_in_the_middle, pad_same.strides, pad_same.channels


# %% pad_same
def pad_same(image, kernel_size, strides=(1, 1)):
    padding = [(0, 0)] * image.ndim
    for axis in (0, 1):
        n, k, s = image.shape[axis], kernel_size[axis], strides[axis]
        padding[axis] = (0, max((-(-n // s) - 1) * s + k - n, 0))
    return np.pad(image, padding)
