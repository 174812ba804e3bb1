"""Each position keeps scores of its own."""

# fails: global_average_pooling.takes_maps


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return keras.Sequential([
        keras.Input(maps_shape),
        layers.AveragePooling2D(2),
        layers.Dense(num_classes, activation="softmax"),
    ])
