"""The axis of the batch is left."""

# fails: class_activation_map.one_number_for_each_position


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    both = keras.Model(model.input, [model.get_layer(layer_name).output, model.output])
    with tf.GradientTape() as tape:
        maps, scores = both(np.asarray(image, "float32")[np.newaxis])
        score = scores[0, class_index]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))[0]
    activation = np.maximum(np.sum(maps * weights, axis=-1), 0)
    largest = activation.max()
    return activation / largest if largest > 0 else activation
