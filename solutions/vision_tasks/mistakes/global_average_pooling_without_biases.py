"""The dense layer has no biases."""

# fails: global_average_pooling.parameters


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return keras.Sequential([
        keras.Input(maps_shape),
        layers.GlobalAveragePooling2D(),
        layers.Dense(num_classes, use_bias=False, activation="softmax"),
    ])
