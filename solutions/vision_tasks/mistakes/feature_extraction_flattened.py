"""The head flattens the maps."""

# fails: feature_extraction.only_the_head_learns


# %% feature_extraction
def feature_extractor(backbone, num_classes):
    backbone.trainable = False
    inputs = keras.Input(backbone.input_shape[1:])
    maps = backbone(inputs)
    outputs = layers.Dense(num_classes, activation="softmax")(layers.Flatten()(maps))
    return keras.Model(inputs, outputs)


# %% fine_tuning
# Not answered: this file is about the extractor alone.
