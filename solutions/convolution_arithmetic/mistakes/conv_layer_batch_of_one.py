"""Only the first image is convolved."""

# fails: conv_layer.layer_shape


# %% conv_layer
def conv_layer(images, weights, bias, strides=(1, 1), padding="valid"):
    if padding == "same":
        images = np.stack([pad_same(image, weights.shape[:2], strides) for image in images])
    image = images[0]
    maps = [filter_response(image, weights[..., f])[:: strides[0], :: strides[1]] for f in range(weights.shape[-1])]
    return np.stack(maps, axis=-1)[np.newaxis] + bias
