"""The matrix is transposed before it is drawn."""

# fails: confusion_figure.shows_the_counts


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    axes.imshow(np.transpose(matrix))
    places = np.arange(len(class_names))
    axes.set_xticks(places, class_names)
    axes.set_yticks(places, class_names)
    axes.set(xlabel="predicted class", ylabel="true class")
    return figure
