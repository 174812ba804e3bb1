"""`np.resize` repeats numbers to fill the shape."""

# fails: resize_images.range


# %% resize_images
def resize_images(images, size):
    return np.resize(images, (len(images), *size, images.shape[3])).astype("float32")
