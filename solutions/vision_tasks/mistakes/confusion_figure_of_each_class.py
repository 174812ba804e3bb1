"""One picture for each class."""

# fails: confusion_figure.one_picture


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, panels = plt.subplots(len(matrix), 1)
    for axes, row, name in zip(panels, matrix, class_names):
        axes.imshow([row])
        axes.set(ylabel=name)
    return figure
