"""There is no hidden dense layer."""

# fails: common_architecture.dense_layers, common_architecture.parameters


# %% common_architecture
def vgg_style(input_shape, num_blocks, filters, num_classes):
    model = keras.Sequential([keras.Input(input_shape)])
    for block in range(num_blocks):
        for _ in range(2):
            model.add(layers.Conv2D(filters * 2**block, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(num_classes, activation="softmax"))
    return model
