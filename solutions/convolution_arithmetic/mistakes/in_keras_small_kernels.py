"""Only the first three rows and columns of the kernel are used."""

# fails: in_keras.any_kernel


# %% in_keras
def keras_activation_map(image, kernel):
    rows, columns = kernel.shape
    kernel = kernel[:3, :3]
    layer = layers.Conv2D(1, kernel.shape, use_bias=False)
    images = image[np.newaxis, :, :, np.newaxis].astype("float32")
    layer.build(images.shape)
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    return layer(images)[0, : image.shape[0] - rows + 1, : image.shape[1] - columns + 1, 0]
