"""What functions may be given: an answer that does the same with all of it is no mutant worth catching."""

from autograder.mutation.inputs import call


def standardise(rng):
    """Images of any size and number, now and then with a channel that is the same everywhere."""
    size = [int(each) for each in rng.integers(2, 8, size=4)]
    images = rng.integers(0, 256, size=size, dtype="uint8")
    if rng.random() < 0.3:
        images[..., 0] = 7
    return call(images if rng.random() < 0.5 else (images / 255).astype("float32"))
