"""The mean of the maps, whatever class is asked for."""

# fails: class_activation_map.values, class_activation_map.nothing_speaks_for_it


# %% class_activation_map
def class_activation_map(model, layer_name, image, class_index):
    layer = keras.Model(model.inputs, model.get_layer(layer_name).output)
    activation = np.mean(layer(np.asarray(image, "float32")[np.newaxis])[0], axis=-1)
    return activation / activation.max()
