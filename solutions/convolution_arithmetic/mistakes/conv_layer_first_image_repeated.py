"""All images get the maps of the first."""

# fails: conv_layer.batches, conv_layer.same_padding_with_strides


# %% conv_layer
def conv_layer(images, weights, bias, strides=(1, 1), padding="valid"):
    if padding == "same":
        images = np.stack([pad_same(image, weights.shape[:2], strides) for image in images])
    maps = [filter_response(images[0], weights[..., f]) for f in range(weights.shape[-1])]
    maps = np.stack(maps, axis=-1)[:: strides[0], :: strides[1]] + bias
    return np.stack([maps] * len(images))
