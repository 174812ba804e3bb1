"""Adam has its own learning rate, ten times as large."""

# fails: fine_tuning.small_steps


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    backbone.trainable = True
    for layer in backbone.layers:
        is_normalisation = isinstance(layer, layers.BatchNormalization)
        layer.trainable = layer.name.startswith("block4") and not is_normalisation
    model.compile("adam", loss="sparse_categorical_crossentropy")
    return model.fit(images, labels, epochs=epochs, verbose=0)
