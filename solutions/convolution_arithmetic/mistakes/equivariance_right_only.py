"""Shifts to the left are not thought of."""

# fails: equivariance.interior_shape[shift_then_convolve], equivariance.interior_shape[convolve_then_shift]


# %% equivariance
def shift_then_convolve(image, kernel, dx):
    shifted = np.roll(image, dx, axis=1)
    return activation_map(shifted, kernel)[:, dx:]


def convolve_then_shift(image, kernel, dx):
    output = activation_map(image, kernel)
    return output[:, : output.shape[1] - dx]


moved_spots = [np.pad(spots, ((0, 0), (dx, 0)))[:, :6] for dx in (0, 1, 2)]
pooled_spots = np.reshape(moved_spots, (3, 2, 2, 3, 2)).max(axis=(2, 4))
