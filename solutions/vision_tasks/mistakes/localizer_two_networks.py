"""Class and box have a network each."""

# fails: localizer.heads_share


# %% localizer
def localizer():
    inputs = keras.Input((32, 32, 3))
    outputs = []
    for units, activation in ((10, "softmax"), (4, "sigmoid")):
        x = inputs
        for filters in (16, 32):
            x = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
        outputs.append(layers.Dense(units, activation=activation)(layers.Flatten()(x)))
    return keras.Model(inputs, outputs)


# %% train_localizer
# Not answered: this file is about the network alone.
