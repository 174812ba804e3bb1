"""Integers are not converted."""

# fails: in_keras.integers


# %% in_keras
def keras_activation_map(image, kernel):
    layer = layers.Conv2D(1, kernel.shape, use_bias=False)
    images = tf.constant(image[np.newaxis, :, :, np.newaxis])
    layer.build(images.shape)
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    return tf.nn.conv2d(images, tf.constant(layer.get_weights()[0].astype(kernel.dtype)), 1, "VALID")[0, :, :, 0]
