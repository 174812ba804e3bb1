"""Blocks are small models that stand in a larger one; relu comes after the pooling, which makes no difference."""
# %% common_architecture
def block_of(filters):
    return keras.Sequential([
        layers.Conv2D(filters, 3, padding="same", activation="relu"),
        layers.Conv2D(filters, 3, padding="same"),
        layers.MaxPooling2D(2),
        layers.Activation("relu"),
    ])


def vgg_style(input_shape, num_blocks, filters, num_classes):
    inputs = keras.Input(input_shape)
    features = keras.Sequential([block_of(filters * 2**number) for number in range(num_blocks)])
    x = layers.Reshape((-1,))(features(inputs))
    head = keras.Sequential([layers.Dense(128, activation="relu"), layers.Dense(num_classes, activation="softmax")])
    return keras.Model(inputs, head(x))
