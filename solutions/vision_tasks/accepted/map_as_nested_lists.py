"""Results as lists of numbers, where a list will do."""

# %% confusion_matrix
def confusion_matrix(labels, predictions, num_classes):
    matrix = [[0] * num_classes for _ in range(num_classes)]
    for truth, prediction in zip(labels, predictions):
        matrix[int(truth)][int(prediction)] += 1
    return matrix


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    both = keras.Model(model.inputs, [model.get_layer(layer_name).output, model.output])
    with tf.GradientTape() as tape:
        maps, scores = both(np.stack([image]).astype("float32"))
        score = scores[0, class_index]
    gradient = tape.gradient(score, maps)
    weights = np.mean(gradient, axis=(0, 1, 2))
    activation = np.maximum(np.einsum("ijk,k->ij", maps[0], weights), 0)
    return (activation / max(activation.max(), 1e-12)).tolist()


# %% fine_tuning
def fine_tune(model, backbone, images, labels, epochs, learning_rate=1e-4):
    backbone.trainable = True
    names = [layer.name for layer in backbone.layers]
    for layer in backbone.layers[: names.index("block4_conv")]:
        layer.trainable = False
    backbone.get_layer("block4_norm").trainable = False
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    )
    return model.fit(images, labels, batch_size=8, epochs=epochs, verbose=0)
