"""The filters of the last convolution."""

# fails: filters_figure.pictures_are_kernels


# %% filters_figure
def filters_figure(model):
    layer = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)][-1]
    kernel = layer.get_weights()[0]
    kernel = kernel[:, :, :3]
    kernel = (kernel - kernel.min()) / (kernel.max() - kernel.min())
    figure, axes = plt.subplots(1, kernel.shape[-1], squeeze=False)
    for number, each in enumerate(axes.flat):
        each.imshow(kernel[..., number])
        each.axis("off")
    return figure
