"""The first images are for validation."""

# fails: split_dataset.last_ones


# %% split_dataset
def split_dataset(images, labels, num_validation=10_000):
    labels = labels.ravel()
    validation = images[:num_validation], labels[:num_validation]
    return (images[num_validation:], labels[num_validation:]), validation
