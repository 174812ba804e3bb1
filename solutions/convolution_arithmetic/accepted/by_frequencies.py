"""The activation map is computed by the Fourier transform, in which a correlation is a product."""
# %% activation_map
def activation_map(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    spectrum = np.fft.rfft2(image) * np.conj(np.fft.rfft2(kernel, image.shape))
    everything = np.fft.irfft2(spectrum, image.shape)
    return everything[: image.shape[0] - kernel.shape[0] + 1, : image.shape[1] - kernel.shape[1] + 1]

# %% filter_response
def filter_response(image, weights):
    return sum(map(activation_map, np.moveaxis(image, -1, 0), np.moveaxis(weights, -1, 0)))
