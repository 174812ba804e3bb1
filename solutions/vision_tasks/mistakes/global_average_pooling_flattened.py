"""The maps are flattened."""

# fails: global_average_pooling.parameters


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return keras.Sequential([
        keras.Input(maps_shape),
        layers.Flatten(),
        layers.Dense(num_classes, activation="softmax"),
    ])
