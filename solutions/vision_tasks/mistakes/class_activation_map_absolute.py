"""What speaks against the class counts as well."""

# fails: class_activation_map.values, class_activation_map.nothing_speaks_for_it


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    both = keras.Model(model.input, [model.get_layer(layer_name).output, model.output])
    with tf.GradientTape() as tape:
        maps, scores = both(np.asarray(image, "float32")[np.newaxis])
        score = scores[0, class_index]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))[0]
    activation = np.abs(np.sum(maps[0] * weights, axis=-1))
    largest = activation.max()
    return activation / largest if largest > 0 else activation
