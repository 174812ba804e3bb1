"""The shape of the maps is written down."""

# fails: global_average_pooling.takes_maps


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return keras.Sequential([
        keras.Input((8, 8, maps_shape[-1])),
        layers.GlobalAveragePooling2D(),
        layers.Dense(num_classes, activation="softmax"),
    ])
