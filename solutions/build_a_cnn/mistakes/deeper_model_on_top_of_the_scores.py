"""Another convolution cannot come after the scores."""

# fails: deeper_model.deeper_model_scores_ten_classes


# %% deeper_model
def deeper_model():
    model = intro_model()
    return keras.Model(model.inputs, layers.Conv2D(50, 3, activation="relu")(model.outputs[0]))
