"""The ticks are taken away."""

# fails: confusion_figure.ticks


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    axes.set(xlabel="predicted class", ylabel="true class", xticks=[], yticks=[])
    return figure
