"""There is a loss for the box alone."""

# fails: train_localizer.class_is_learnt


# %% train_localizer
def train_localizer(model, images, labels, boxes, epochs):
    model.compile(optimizer="adam", loss=[None, "mae"])
    return model.fit(images, [labels, boxes], epochs=epochs, batch_size=32, verbose=0)
