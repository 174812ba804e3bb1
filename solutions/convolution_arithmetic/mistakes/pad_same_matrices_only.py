"""There is no axis for the channels."""

# fails: pad_same.channels, conv_layer.same_padding, conv_layer.same_padding_with_strides


# %% pad_same
def pad_same(image, kernel_size, strides=(1, 1)):
    height, width = image.shape
    rows = max((-(-height // strides[0]) - 1) * strides[0] + kernel_size[0] - height, 0)
    columns = max((-(-width // strides[1]) - 1) * strides[1] + kernel_size[1] - width, 0)
    return np.pad(image, ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)))
