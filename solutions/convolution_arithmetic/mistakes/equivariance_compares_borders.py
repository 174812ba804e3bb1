"""What came in from outside is kept."""

# fails: equivariance.interior_shape[shift_then_convolve], equivariance.interior_shape[convolve_then_shift]


# %% equivariance
def shift_then_convolve(image, kernel, dx):
    shifted = np.zeros_like(image)
    if dx >= 0:
        shifted[:, dx:] = image[:, : image.shape[1] - dx]
    else:
        shifted[:, :dx] = image[:, -dx:]
    return activation_map(shifted, kernel)


def convolve_then_shift(image, kernel, dx):
    return np.roll(activation_map(image, kernel), dx, axis=1)


moved_spots = [np.pad(spots, ((0, 0), (dx, 0)))[:, :6] for dx in (0, 1, 2)]
pooled_spots = np.reshape(moved_spots, (3, 2, 2, 3, 2)).max(axis=(2, 4))
