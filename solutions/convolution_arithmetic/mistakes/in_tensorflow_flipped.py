"""The kernel is flipped, as if the library turned it back."""

# fails: in_tensorflow.values


# %% in_tensorflow
def tf_activation_map(image, kernel):
    images = tf.cast(image[np.newaxis, :, :, np.newaxis], tf.float32)
    filters = tf.cast(kernel[::-1, ::-1, np.newaxis, np.newaxis], tf.float32)
    return tf.nn.conv2d(images, filters, 1, "VALID")[0, :, :, 0]
