"""Returns the validation part first."""

# fails: split_dataset.sizes


# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    labels = labels[:, 0]
    train = images[:-num_validation], labels[:-num_validation]
    return (images[-num_validation:], labels[-num_validation:]), train
