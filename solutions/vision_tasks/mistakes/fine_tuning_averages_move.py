"""The normalisation of the last block learns, and uses the batch."""

# fails: fine_tuning.averages_stay


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    backbone.trainable = True
    for layer in backbone.layers:
        layer.trainable = layer.name.startswith("block4")
    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model.fit(images, labels, epochs=epochs, verbose=0)
