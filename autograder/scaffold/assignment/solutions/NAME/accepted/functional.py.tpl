"""The functional interface with relu as a layer, and a loop over the channels."""

# %% standardise
def standardise(images):
    result = images.astype("float32")
    for channel in range(images.shape[-1]):
        plane = result[..., channel]
        plane -= plane.mean()
        if plane.std() > 0:
            plane /= plane.std()
    return result

# %% first_network
def first_network():
    inputs = x = keras.Input((32, 32, 3))
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.ReLU()(layers.MaxPooling2D()(x))
    scores = layers.Dense(10)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Softmax()(scores))
