"""Another dense layer stands in between."""

# fails: global_average_pooling.parameters


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return keras.Sequential([
        keras.Input(maps_shape),
        layers.GlobalAveragePooling2D(),
        layers.Dense(16, activation="relu"),
        layers.Dense(num_classes, activation="softmax"),
    ])
