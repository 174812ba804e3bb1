"""The classifier holds the convolutional part and a head as two layers; the filters are found inside the first."""
# %% convolutional_part
def convolutional_part():
    options = {"kernel_size": 3, "strides": 1, "padding": "same", "activation": "relu"}
    model = keras.Sequential(name="features")
    model.add(keras.Input(shape=(32, 32, 3)))
    for filters, is_pooled in ((48, True), (128, True), (192, False), (192, False), (128, True)):
        model.add(layers.Conv2D(filters, **options))
        if is_pooled:
            model.add(layers.MaxPooling2D(3, strides=3))
    return model

# %% classifier
def classifier():
    head = keras.Sequential([
        keras.Input((128,)),
        layers.Dense(1024, "relu"),
        layers.Dropout(0.5),
        layers.Dense(1024, "relu"),
        layers.Dense(10, "softmax"),
    ])
    images = keras.Input((32, 32, 3))
    features = layers.Reshape((-1,))(convolutional_part()(images))
    return keras.Model(images, head(features))

# %% filters_figure
def filters_figure(model):
    layer = model.layers[0]
    while not isinstance(layer, layers.Conv2D):
        candidates = [each for each in model.layers if isinstance(each, (layers.Conv2D, keras.Model))]
        layer = model = candidates[0]
    weights = layer.kernel.numpy()
    low, high = weights.min(), weights.max()
    figure = plt.figure(figsize=(8, 8))
    grid = int(np.ceil(np.sqrt(weights.shape[-1])))
    for number in range(weights.shape[-1]):
        axes = figure.add_subplot(grid, grid, number + 1, xticks=[], yticks=[])
        axes.imshow(np.clip((weights[:, :, :, number] - low) / (high - low), 0, 1), interpolation="nearest")
    return figure
