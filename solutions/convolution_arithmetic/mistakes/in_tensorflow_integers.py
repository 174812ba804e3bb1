"""Integers are not converted."""

# fails: in_tensorflow.integers


# %% in_tensorflow
def tf_activation_map(image, kernel):
    images = tf.constant(image[np.newaxis, :, :, np.newaxis])
    filters = tf.constant(kernel[:, :, np.newaxis, np.newaxis])
    return tf.nn.conv2d(images, filters, 1, "VALID")[0, :, :, 0]
