"""Does not look into models among the layers."""

# fails: filters_figure.finds_the_first_convolution


# %% filters_figure
def filters_figure(model):
    first = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    kernel = first.get_weights()[0]
    kernel = (kernel - kernel.min()) / (kernel.max() - kernel.min())
    figure, axes = plt.subplots(1, kernel.shape[-1], squeeze=False)
    for number, each in enumerate(axes.flat):
        each.imshow(kernel[..., number])
        each.axis("off")
    return figure
