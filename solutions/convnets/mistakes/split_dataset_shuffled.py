"""Shuffles before it splits."""

# fails: split_dataset.last_ones


# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    order = np.random.permutation(len(images))
    images, labels = images[order], labels[order, 0]
    train = images[:-num_validation], labels[:-num_validation]
    return train, (images[-num_validation:], labels[-num_validation:])
