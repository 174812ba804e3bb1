"""Softmax is missing."""

# fails: global_average_pooling.probabilities


# %% global_average_pooling
def average_pooling_head(maps_shape, num_classes):
    return keras.Sequential([
        keras.Input(maps_shape),
        layers.GlobalAveragePooling2D(),
        layers.Dense(num_classes),
    ])
