"""The layer's kernel is square."""

# fails: in_keras.keras_map_shape


# %% in_keras
def keras_activation_map(image, kernel):
    layer = layers.Conv2D(1, kernel.shape[0], use_bias=False)
    images = image[np.newaxis, :, :, np.newaxis].astype("float32")
    layer.build(images.shape)
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    return layer(images)[0, :, :, 0]
