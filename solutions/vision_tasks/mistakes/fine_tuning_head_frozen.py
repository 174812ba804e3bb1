"""The head does not learn."""

# fails: fine_tuning.head_learns


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    for layer in model.layers:
        layer.trainable = layer is backbone
    for layer in backbone.layers:
        is_normalisation = isinstance(layer, layers.BatchNormalization)
        layer.trainable = layer.name.startswith("block4") and not is_normalisation
    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model.fit(images, labels, epochs=epochs, verbose=0)
