"""The ticks are the numbers of the classes: nobody knows their names."""

# fails: confusion_figure.ticks


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    axes.set_xticks(range(len(class_names)))
    axes.set_yticks(range(len(class_names)))
    axes.set(xlabel="predicted class", ylabel="true class")
    return figure
