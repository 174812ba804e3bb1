"""Names are given to the ticks that are there, the first of which is out of sight: all are off by one."""

# fails: confusion_figure.ticks


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    axes.set_xticklabels(class_names)
    axes.set_yticklabels(class_names)
    axes.set(xlabel="predicted class", ylabel="true class")
    return figure
