"""Windows are 3 x 3."""

# fails: common_architecture.poolings


# %% common_architecture
def vgg_style(input_shape, num_blocks, filters, num_classes):
    model = keras.Sequential([keras.Input(input_shape)])
    for block in range(num_blocks):
        for _ in range(2):
            model.add(layers.Conv2D(filters * 2**block, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D(3, 2, padding="same"))
    model.add(layers.Flatten())
    model.add(layers.Dense(128, activation="relu"))
    model.add(layers.Dense(num_classes, activation="softmax"))
    return model
