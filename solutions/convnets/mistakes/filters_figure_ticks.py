"""The ticks are left."""

# fails: filters_figure.no_ticks


# %% filters_figure
def filters_figure(model):
    parts = [getattr(layer, "layers", [layer]) for layer in model.layers]
    layer = next(layer for part in parts for layer in part if isinstance(layer, layers.Conv2D))
    kernel = layer.get_weights()[0]
    kernel = (kernel - kernel.min()) / (kernel.max() - kernel.min())
    figure, axes = plt.subplots(1, kernel.shape[-1], squeeze=False)
    for number, each in enumerate(axes.flat):
        each.imshow(kernel[..., number])
    return figure
