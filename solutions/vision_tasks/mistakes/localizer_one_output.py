"""Both heads are joined to one output."""

# fails: localizer.two_outputs


# %% localizer
def localizer():
    inputs = keras.Input((32, 32, 3))
    x = inputs
    for filters in (16, 32, 48):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D(2)(x)
    classes = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    box = layers.Dense(4, activation="sigmoid")(x)
    return keras.Model(inputs, layers.Concatenate()([classes, box]))


# %% train_localizer
# Not answered: this file is about the network alone.
