"""Everything is in place, but two filters see too little."""

# fails: localizer.finds_the_class


# %% localizer
def localizer():
    inputs = keras.Input((32, 32, 3))
    x = inputs
    for filters in (2, 2, 2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D(2)(x)
    classes = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    box = layers.Dense(4, activation="sigmoid")(x)
    return keras.Model(inputs, [classes, box])


# %% train_localizer
# Not answered: this file is about the network alone.
