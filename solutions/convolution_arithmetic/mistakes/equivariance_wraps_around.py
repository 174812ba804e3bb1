"""What leaves the picture comes in again, and is not cut out."""

# fails: equivariance.interior_shape[shift_then_convolve], equivariance.pooled_spots


# %% equivariance
def shift_then_convolve(image, kernel, dx):
    return activation_map(np.roll(image, dx, axis=1), kernel)


def convolve_then_shift(image, kernel, dx):
    output = np.roll(activation_map(image, kernel), dx, axis=1)
    return output[:, max(dx, 0) : output.shape[1] + min(dx, 0)]


moved_spots = [np.roll(spots, dx, axis=1) for dx in (0, 1, 2)]
pooled_spots = np.reshape(moved_spots, (3, 2, 2, 3, 2)).max(axis=(2, 4))
