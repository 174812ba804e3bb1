"""Shows the figure, and returns nothing."""

# fails: filters_figure.one_axes_for_each_filter


# %% filters_figure
def filters_figure(model):
    layer = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    kernel = layer.get_weights()[0]
    kernel = (kernel - kernel.min()) / (kernel.max() - kernel.min())
    figure, axes = plt.subplots(1, kernel.shape[-1], squeeze=False)
    for number, each in enumerate(axes.flat):
        each.imshow(kernel[..., number])
        each.axis("off")
    plt.show()
