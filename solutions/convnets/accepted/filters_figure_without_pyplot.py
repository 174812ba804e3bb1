"""Draws on a `Figure` of its own, without pyplot, and hides the ticks of each axis by itself."""
# %% filters_figure
from matplotlib.figure import Figure


def filters_figure(model):
    waiting = list(model.layers)
    while "conv" not in type(layer := waiting.pop(0)).__name__.lower():
        waiting = list(getattr(layer, "layers", [])) + waiting
    kernels = np.transpose(layer.get_weights()[0], (3, 0, 1, 2))
    kernels = 255 * (kernels - kernels.min()) / np.ptp(kernels)
    figure = Figure(figsize=(10, 10))
    for number, kernel in enumerate(kernels, start=1):
        axes = figure.add_subplot(8, -(-len(kernels) // 8), number)
        axes.imshow(kernel.astype("uint8"))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(str(number), fontsize=6)
    return figure
