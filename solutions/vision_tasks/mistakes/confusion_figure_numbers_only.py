"""The numbers are written, but there is no heat map."""

# fails: confusion_figure.one_picture


# %% confusion_figure
def confusion_figure(matrix, class_names):
    figure, axes = plt.subplots()
    for (row, column), count in np.ndenumerate(matrix):
        axes.text(column, row, count)
    axes.set(xlabel="predicted class", ylabel="true class", xlim=(-1, len(matrix)), ylim=(len(matrix), -1))
    return figure
