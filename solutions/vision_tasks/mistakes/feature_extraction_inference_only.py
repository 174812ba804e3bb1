"""`training=False` in place of freezing: in a functional model, `fit` overrides it."""

# fails: feature_extraction.only_the_head_learns, feature_extraction.normalises_as_in_inference


# %% feature_extraction
def feature_extractor(backbone, num_classes):
    inputs = keras.Input(backbone.input_shape[1:])
    maps = backbone(inputs, training=False)
    outputs = layers.Dense(num_classes, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    return keras.Model(inputs, outputs)


# %% fine_tuning
# Not answered: this file is about the extractor alone.
