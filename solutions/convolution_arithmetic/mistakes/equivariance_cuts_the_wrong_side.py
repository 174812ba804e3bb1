"""The map is not shifted, and cut off on the wrong side."""

# fails: equivariance.shift_to_the_right[convolve_then_shift], equivariance.shift_to_the_left[convolve_then_shift]


# %% equivariance
def shift_then_convolve(image, kernel, dx):
    shifted = np.roll(image, dx, axis=1)
    output = activation_map(shifted, kernel)
    return output[:, max(dx, 0) : output.shape[1] + min(dx, 0)]


def convolve_then_shift(image, kernel, dx):
    output = activation_map(image, kernel)
    return output[:, max(dx, 0) : output.shape[1] + min(dx, 0)]


moved_spots = [np.pad(spots, ((0, 0), (dx, 0)))[:, :6] for dx in (0, 1, 2)]
pooled_spots = np.reshape(moved_spots, (3, 2, 2, 3, 2)).max(axis=(2, 4))
