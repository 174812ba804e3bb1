"""Batch normalisation in the small AlexNet: after every convolution, and after the dense layers as well."""
# %% batchnorm_model
def batchnorm_model():
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters, is_pooled in ((48, True), (128, True), (192, False), (192, False), (128, True)):
        model.add(layers.Conv2D(filters, 3, padding="same"))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation(keras.activations.relu))
        if is_pooled:
            model.add(layers.MaxPooling2D(3))
    model.add(layers.Flatten())
    for _ in range(2):
        model.add(layers.Dense(1024))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, activation="softmax"))
    return model
