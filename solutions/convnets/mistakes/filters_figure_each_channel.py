"""Each channel of each filter as a grey picture of its own."""

# fails: filters_figure.one_axes_for_each_filter


# %% filters_figure
def filters_figure(model):
    layer = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    kernel = layer.get_weights()[0]
    figure, axes = plt.subplots(3, kernel.shape[-1], squeeze=False)
    for channel, row in enumerate(axes):
        for number, each in enumerate(row):
            each.imshow(kernel[:, :, channel, number], cmap="gray")
            each.axis("off")
    return figure
