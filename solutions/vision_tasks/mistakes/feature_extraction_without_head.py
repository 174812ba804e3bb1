"""The backbone is returned without a head."""

# fails: feature_extraction.scores_new_classes


# %% feature_extraction
def feature_extractor(backbone, num_classes):
    backbone.trainable = False
    inputs = keras.Input(backbone.input_shape[1:])
    maps = backbone(inputs)
    outputs = maps
    return keras.Model(inputs, outputs)


# %% fine_tuning
# Not answered: this file is about the extractor alone.
