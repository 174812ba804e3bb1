"""Sequential models where the text leaves the interface open, and vectorised functions."""
# %% horizontal_edges
def horizontal_edges(image):
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return np.einsum("ijkl,kl->ij", windows, edge_kernel)

# %% border_pixels
def map_sizes(size, kernel_size, num_layers, padding):
    if padding == "same":
        return num_layers * [size]
    return size - (kernel_size - 1) * np.arange(1, num_layers + 1)

# %% small_network
def small_network():
    return keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(50, 3),
        layers.Conv2D(50, 3),
        layers.Flatten(),
        layers.Dense(10),
    ])

# %% most_parameters
def most_parameters(model):
    return max(((layer.name, layer.count_params()) for layer in model.layers), key=lambda pair: pair[1])

# %% pooling_output_size
def pooling_output_size(n, pool, stride):
    return len(range(0, n - pool + 1, stride))

# %% deeper_model
def deeper_model():
    return keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(50, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(50, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(50, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(50, activation="relu"),
        layers.Dense(10),
    ])

# %% softmax
def softmax(logits):
    shifted = logits - logits.max(axis=-1)[:, None]
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=-1))[:, None])
