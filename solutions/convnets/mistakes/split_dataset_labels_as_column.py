"""The labels keep their second axis."""

# fails: split_dataset.flat_labels


# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    train = images[:-num_validation], labels[:-num_validation]
    return train, (images[-num_validation:], labels[-num_validation:])
