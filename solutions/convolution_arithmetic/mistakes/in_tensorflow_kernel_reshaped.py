"""The kernel is always 3 x 3, what is more is cut off, what is less is zero."""

# fails: in_tensorflow.any_kernel


# %% in_tensorflow
def tf_activation_map(image, kernel):
    images = tf.reshape(tf.cast(image, tf.float32), (1, *image.shape, 1))
    rows, columns = kernel.shape
    filters = tf.cast(kernel, tf.float32)[: min(rows, 3), : min(columns, 3), tf.newaxis, tf.newaxis]
    maps = tf.nn.conv2d(images, filters, 1, "VALID")[0, :, :, 0]
    return maps[: image.shape[0] - rows + 1, : image.shape[1] - columns + 1]
