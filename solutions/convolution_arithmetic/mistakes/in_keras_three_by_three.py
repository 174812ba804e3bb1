"""The size of the kernel stands in the code."""

# fails: in_keras.keras_map_shape


# %% in_keras
def keras_activation_map(image, kernel):
    layer = layers.Conv2D(1, 3, use_bias=False)
    images = image[np.newaxis, :, :, np.newaxis].astype("float32")
    layer.build(images.shape)
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    return layer(images)[0, :, :, 0]
