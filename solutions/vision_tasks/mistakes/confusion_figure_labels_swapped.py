"""The labels of the axes are exchanged."""

# fails: confusion_figure.labels


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    places = np.arange(len(class_names))
    axes.set_xticks(places, class_names)
    axes.set_yticks(places, class_names)
    axes.set(xlabel="true class", ylabel="predicted class")
    return figure
