"""The bias is one."""

# fails: in_keras.values


# %% in_keras
def keras_activation_map(image, kernel):
    layer = layers.Conv2D(1, kernel.shape, bias_initializer="ones")
    images = image[np.newaxis, :, :, np.newaxis].astype("float32")
    layer.build(images.shape)
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis], layer.get_weights()[1]])
    return layer(images)[0, :, :, 0]
