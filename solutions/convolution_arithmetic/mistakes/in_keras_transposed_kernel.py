"""Square kernels are transposed."""

# fails: in_keras.values


# %% in_keras
def keras_activation_map(image, kernel):
    layer = layers.Conv2D(1, kernel.shape, use_bias=False)
    images = image[np.newaxis, :, :, np.newaxis].astype("float32")
    layer.build(images.shape)
    layer.set_weights([np.swapaxes(kernel, 0, kernel.shape[0] == kernel.shape[1])[:, :, np.newaxis, np.newaxis]])
    return layer(images)[0, :, :, 0]
