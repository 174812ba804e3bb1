"""The first block learns in place of the last."""

# fails: fine_tuning.last_block_learns, fine_tuning.other_blocks_stay


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    backbone.trainable = True
    for layer in backbone.layers:
        is_normalisation = isinstance(layer, layers.BatchNormalization)
        layer.trainable = layer.name.startswith("block1") and not is_normalisation
    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model.fit(images, labels, epochs=epochs, verbose=0)
