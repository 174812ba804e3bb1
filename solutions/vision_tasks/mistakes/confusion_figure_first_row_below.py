"""Row 0 is drawn at the bottom, as in a diagram."""

# fails: confusion_figure.ticks


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    axes.imshow(matrix, origin="lower")
    axes.set_xticks(range(len(class_names)), class_names)
    axes.set_yticks(range(len(class_names)), class_names)
    axes.set(xlabel="predicted class", ylabel="true class")
    return figure
