"""All filters side by side on one axes."""

# fails: filters_figure.one_axes_for_each_filter


# %% filters_figure
def filters_figure(model):
    layer = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    kernel = layer.get_weights()[0]
    kernel = (kernel - kernel.min()) / (kernel.max() - kernel.min())
    figure, axes = plt.subplots()
    axes.imshow(np.hstack(list(np.moveaxis(kernel, -1, 0))))
    axes.axis("off")
    return figure
