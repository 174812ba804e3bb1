"""The image is padded."""

# fails: in_tensorflow.tensorflow_map_shape


# %% in_tensorflow
def tf_activation_map(image, kernel):
    images = tf.cast(image[np.newaxis, :, :, np.newaxis], tf.float32)
    filters = tf.cast(kernel[:, :, np.newaxis, np.newaxis], tf.float32)
    return tf.nn.conv2d(images, filters, 1, "SAME")[0, :, :, 0]
