"""A positive dx shifts to the left."""

# fails: equivariance.shift_to_the_right[shift_then_convolve], equivariance.shift_to_the_left[shift_then_convolve]


# %% equivariance
def shift_then_convolve(image, kernel, dx):
    dx = -dx
    shifted = np.roll(image, dx, axis=1)
    output = activation_map(shifted, kernel)
    return output[:, max(dx, 0) : output.shape[1] + min(dx, 0)]


def convolve_then_shift(image, kernel, dx):
    output = np.roll(activation_map(image, kernel), dx, axis=1)
    return output[:, max(dx, 0) : output.shape[1] + min(dx, 0)]


moved_spots = [np.pad(spots, ((0, 0), (dx, 0)))[:, :6] for dx in (0, 1, 2)]
pooled_spots = np.reshape(moved_spots, (3, 2, 2, 3, 2)).max(axis=(2, 4))
