"""The labels are cut at another place than the images."""

# fails: split_dataset.last_ones


# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    labels = labels[:, 0]
    train = images[:-num_validation], labels[num_validation:]
    return train, (images[-num_validation:], labels[:num_validation])
