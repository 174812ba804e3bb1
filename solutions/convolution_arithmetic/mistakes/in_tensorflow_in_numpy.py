"""The function of section 1 is called."""

# fails: in_tensorflow.uses_tensorflow


# %% in_tensorflow
def tf_activation_map(image, kernel):
    # the same as tf.nn.conv2d
    return tf.constant(activation_map(image, kernel))
