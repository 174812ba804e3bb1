"""Each new pixel is a copy of the nearest old one."""

# fails: resize_images.mixes_neighbours


# %% resize_images
def resize_images(images, size):
    return tf.image.resize(images, size, method="nearest").numpy().astype("float32")
