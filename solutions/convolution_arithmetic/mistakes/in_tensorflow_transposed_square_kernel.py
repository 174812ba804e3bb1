"""Square kernels are transposed."""

# fails: in_tensorflow.values


# %% in_tensorflow
def tf_activation_map(image, kernel):
    images = tf.reshape(tf.cast(image, tf.float32), (1, *image.shape, 1))
    filters = tf.cast(kernel.T if kernel.shape[0] == kernel.shape[1] else kernel, tf.float32)
    return tf.nn.conv2d(images, filters[:, :, tf.newaxis, tf.newaxis], 1, "VALID")[0, ..., 0]
