"""What the filters make of an image, not the filters."""

# fails: filters_figure.pictures_are_kernels


# %% filters_figure
def filters_figure(model):
    layer = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    image = np.random.rand(1, *model.input_shape[1:])
    maps = layer(image)[0].numpy()
    figure, axes = plt.subplots(1, maps.shape[-1], squeeze=False)
    for number, each in enumerate(axes.flat):
        each.imshow(maps[..., number])
        each.axis("off")
    return figure
