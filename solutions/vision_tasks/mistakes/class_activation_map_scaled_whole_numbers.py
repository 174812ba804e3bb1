"""Whole numbers are scaled before the model scales them."""

# fails: class_activation_map.any_layer, class_activation_map.peaks_inside_the_shape


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    both = keras.Model(model.input, [model.get_layer(layer_name).output, model.output])
    image = np.asarray(image)
    if image.dtype == np.uint8:
        image = image / 255
    with tf.GradientTape() as tape:
        maps, scores = both(np.asarray(image, "float32")[np.newaxis])
        score = scores[0, class_index]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))[0]
    activation = np.maximum(np.sum(maps[0] * weights, axis=-1), 0)
    largest = activation.max()
    return activation / largest if largest > 0 else activation
