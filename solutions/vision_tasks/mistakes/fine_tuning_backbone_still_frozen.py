"""The backbone stays frozen: only the head learns."""

# fails: fine_tuning.last_block_learns, fine_tuning.beats_the_extractor


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    return model.fit(images, labels, epochs=epochs, verbose=0)
