"""The pixels are scaled once more before the backbone, which scales them itself."""

# fails: feature_extraction.transfers


# %% feature_extraction
def feature_extractor(backbone, num_classes):
    backbone.trainable = False
    inputs = keras.Input(backbone.input_shape[1:])
    maps = backbone(layers.Rescaling(1 / 255)(inputs))
    outputs = layers.Dense(num_classes, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    return keras.Model(inputs, outputs)


# %% fine_tuning
# Not answered: this file is about the extractor alone.
