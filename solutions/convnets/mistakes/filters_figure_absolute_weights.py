"""The sign of the weights is lost."""

# fails: filters_figure.pictures_are_kernels


# %% filters_figure
def filters_figure(model):
    layer = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    kernel = layer.get_weights()[0]
    kernel = np.abs(kernel) / np.abs(kernel).max()
    figure, axes = plt.subplots(1, kernel.shape[-1], squeeze=False)
    for number, each in enumerate(axes.flat):
        each.imshow(kernel[..., number])
        each.axis("off")
    return figure
