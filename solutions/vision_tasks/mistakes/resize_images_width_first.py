"""Width comes first."""

# fails: resize_images.shape_and_type


# %% resize_images
def resize_images(images, size):
    return tf.image.resize(images, (size[1], size[0])).numpy()
