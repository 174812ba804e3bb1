"""Converts images to floats before training, sets the learning rate, evaluates in one batch, rounds the losses."""
# %% train_classifier
def train(model, images, labels, validation, epochs, batch_size):
    model.compile(
        optimizer=keras.optimizers.Adam(3e-4),
        loss=keras.losses.sparse_categorical_crossentropy,
        metrics=[keras.metrics.SparseCategoricalAccuracy("accuracy")],
    )
    return model.fit(
        images.astype("float32"), labels, epochs=epochs, batch_size=batch_size, shuffle=True, validation_data=validation
    )

# %% test_performance
def evaluate(model, images, labels):
    values = model.evaluate(x=images, y=labels, batch_size=len(images), verbose=0)
    return {name: float(value) for name, value in zip(("loss", "accuracy"), values)}

# %% confidence_losses
confidence_losses = np.array([-np.log(p[t]) for p, t in zip(predictions, true_classes)], dtype="float32").round(3)
