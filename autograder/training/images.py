"""The training images as a layer of a model, so that they lie where the model does."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


class HeldImages(keras.Layer):
    """Images on the device that trains: places in, images out.

    Parameters
    ----------
    images : (n, height, width, channels) uint8
    flip
        Whether some images are asked for mirrored left to right: image p is, where ``-1 - p`` stands for it.
    """

    def __init__(self, images: np.ndarray, *, flip: bool) -> None:
        super().__init__(dtype="float32", trainable=False)
        self._flip = flip
        self._held = self.add_weight(shape=images.shape, dtype="uint8", initializer="zeros", trainable=False)
        self._held.assign(images)
        self.built = True

    def call(self, places: Any) -> Any:
        """Return the images as floats from 0 to 255."""
        if not self._flip:
            return ops.cast(ops.take(self._held, places, axis=0), "float32")
        is_mirrored = places < 0
        images = ops.cast(ops.take(self._held, ops.where(is_mirrored, -1 - places, places), axis=0), "float32")
        return ops.where(is_mirrored[:, None, None, None], ops.flip(images, axis=2), images)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of so many images."""
        return (shape[0], *self._held.shape[1:])
