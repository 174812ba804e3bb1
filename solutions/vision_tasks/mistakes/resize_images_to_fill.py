"""Proportions are kept, and what does not fit is cut off."""

# fails: resize_images.whole_image


# %% resize_images
def resize_images(images, size):
    return keras.ops.convert_to_numpy(
        keras.ops.image.resize(images.astype("float32"), size, crop_to_aspect_ratio=True)
    )
