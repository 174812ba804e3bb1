"""The maximum is taken, not the mean."""

# fails: global_average_pooling.averages_positions


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return keras.Sequential([
        keras.Input(maps_shape),
        layers.GlobalMaxPooling2D(),
        layers.Dense(num_classes, activation="softmax"),
    ])
