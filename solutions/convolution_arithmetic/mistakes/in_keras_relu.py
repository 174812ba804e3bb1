"""The layer has an activation."""

# fails: in_keras.values


# %% in_keras
def keras_activation_map(image, kernel):
    layer = layers.Conv2D(1, kernel.shape, use_bias=False, activation="relu")
    images = image[np.newaxis, :, :, np.newaxis].astype("float32")
    layer.build(images.shape)
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    return layer(images)[0, :, :, 0]
