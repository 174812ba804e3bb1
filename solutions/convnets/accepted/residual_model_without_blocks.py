"""A deeper residual network, written out in a loop of its own: two blocks in each of three stages, dropout at the end."""
# %% residual_model
def residual_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for stage, filters in enumerate((16, 32, 64)):
        for number in range(2):
            strides = 2 if stage > 0 and number == 0 else 1
            shortcut = x
            if x.shape[-1] != filters or strides != 1:
                shortcut = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)
                shortcut = layers.BatchNormalization()(shortcut)
            x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x + shortcut)
    x = layers.GlobalAvgPool2D()(x)
    x = layers.Dropout(0.2)(x)
    outputs = layers.Dense(10, activation=keras.activations.softmax)(x)
    return keras.Model(inputs=inputs, outputs=outputs)
