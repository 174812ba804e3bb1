"""The block is made of small functions, put together with `+`; returned as a lambda."""
# %% residual_block
def convolution(filters, size=3, strides=1):
    return keras.Sequential([
        layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False),
        layers.BatchNormalization(),
    ])


def residual_block(filters, strides=1):
    relu = keras.activations.relu
    first, second = convolution(filters, strides=strides), convolution(filters)

    def shortcut(x):
        if strides == 1 and x.shape[-1] == filters:
            return x
        return convolution(filters, size=1, strides=strides)(x)

    return lambda x: relu(second(relu(first(x))) + shortcut(x))
