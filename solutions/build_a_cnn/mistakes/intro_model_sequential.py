"""A Sequential where the functional interface is asked for."""

# fails: intro_model.functional_interface


# %% intro_model
def intro_model():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(50, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(50, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(50, activation="relu"),
            layers.Dense(10),
        ],
        name="cifar_model",
    )
