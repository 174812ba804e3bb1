"""No optimizer is named: Keras takes RMSprop."""

# fails: train_localizer.adam


# %% train_localizer
def train_localizer(model, images, labels, boxes, epochs):
    model.compile(loss=["sparse_categorical_crossentropy", "mae"], loss_weights=[1, 5])
    return model.fit(images, [labels, boxes], epochs=epochs, verbose=0)
