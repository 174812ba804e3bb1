"""What a library that trains is asked, or has to be told, in its own words.

JAX reads its part of the card from the environment (`Place.environment`), as all of them read there to compute alike in
every run.
"""

from __future__ import annotations

from autograder.training.devices import GPU, Place

_NAMES = ("gpu", "cuda", "rocm")


def num_gpus() -> int:
    """Return how many GPUs the library behind Keras sees."""
    import keras

    if keras.backend.backend() == "torch":  # for which Keras lists no devices
        import torch

        return int(torch.cuda.device_count())
    return sum(name.lower().startswith(_NAMES) for name in keras.distribution.list_devices())


def prepare(place: Place) -> None:
    """Keep this process to its part of the card's memory, and to sums that come out alike in every run.

    It is called before the library touches a device.
    """
    if place.backend == "tensorflow" and place.device == GPU and place.memory_mib:
        import tensorflow as tf

        limit = tf.config.LogicalDeviceConfiguration(memory_limit=place.memory_mib)
        for card in tf.config.list_physical_devices("GPU"):
            tf.config.set_logical_device_configuration(card, [limit])
    if place.backend == "torch":
        import torch

        torch.use_deterministic_algorithms(True)
        if place.device == GPU:
            torch.cuda.set_per_process_memory_fraction(place.memory_share)
