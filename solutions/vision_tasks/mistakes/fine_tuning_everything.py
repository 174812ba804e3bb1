"""The whole backbone learns."""

# fails: fine_tuning.other_blocks_stay


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    backbone.trainable = True
    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model.fit(images, labels, epochs=epochs, verbose=0)
