"""A copy of the backbone has new weights: the head stands on random features."""

# fails: feature_extraction.keeps_the_backbone, feature_extraction.transfers


# %% feature_extraction
def feature_extractor(backbone, num_classes):
    backbone = keras.models.clone_model(backbone)
    backbone.trainable = False
    inputs = keras.Input(backbone.input_shape[1:])
    maps = backbone(inputs)
    outputs = layers.Dense(num_classes, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    return keras.Model(inputs, outputs)


# %% fine_tuning
# Not answered: this file is about the extractor alone.
