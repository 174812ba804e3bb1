"""Everything is in place, but two filters cannot tell ten classes apart."""

# fails: residual_model.generalises


# %% residual_model
def residual_model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(2, 3, padding="same")(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for _ in range(3):
        x = residual_block(2, strides=2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
