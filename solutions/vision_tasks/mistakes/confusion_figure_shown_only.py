"""The figure is shown and not returned."""

# fails: confusion_figure.one_picture


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    axes.set(xlabel="predicted class", ylabel="true class")
    plt.show()
