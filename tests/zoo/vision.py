"""Parts of vision models beyond the residual block."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from zoo.registry import called, functional, specimen


@specimen("mobile")
def mobile() -> Any:
    def apply(x: Any) -> Any:
        x = layers.DepthwiseConv2D(3, padding="same")(x)
        x = layers.SeparableConv2D(8, 3, padding="same", activation="relu6")(x)
        x = layers.UpSampling2D()(layers.ZeroPadding2D(1)(x))[:, ::2, 1:-1]
        return layers.Conv2DTranspose(2, 3, kernel_regularizer="l2", kernel_constraint="max_norm")(x)

    return functional((8, 8, 4), apply)


@specimen("squeeze and excitation", (None, 6, 6, 8))
def squeezed_with_layers() -> Any:
    pool, one, other = layers.GlobalAveragePooling2D(keepdims=True), layers.Dense(2, "relu"), layers.Dense(8, "sigmoid")
    return lambda x: layers.Multiply()([x, other(one(pool(x)))])


@specimen("squeeze and excitation", (None, 6, 6, 8))
def squeezed_with_functions() -> Any:
    one, other = layers.Dense(2), layers.Dense(8)
    return lambda x: x * tf.sigmoid(other(tf.nn.relu(one(tf.reduce_mean(x, axis=[1, 2], keepdims=True)))))


@specimen("not squeeze and excitation", (None, 6, 6, 8))
def squeezed_and_added() -> Any:
    one, other = layers.Dense(2), layers.Dense(8)
    return lambda x: x + tf.sigmoid(other(tf.nn.relu(one(tf.reduce_mean(x, axis=[1, 2], keepdims=True)))))


@specimen("inception", (None, 8, 8, 4))
def inception() -> Any:
    branches = [
        [layers.Conv2D(2, 1, activation="relu")],
        [layers.Conv2D(2, 1), layers.Conv2D(3, 3, padding="same", activation="relu")],
        [layers.MaxPooling2D(3, strides=1, padding="same"), layers.Conv2D(2, 1)],
    ]

    def apply(x: Any) -> Any:
        outputs = []
        for branch in branches:
            y = x
            for layer in branch:
                y = layer(y)
            outputs.append(y)
        return layers.Concatenate()(outputs)

    return apply


@specimen("inception", (None, 8, 8, 4))
def inception_as_a_layer() -> Any:
    class Inception(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.one = layers.Conv2D(2, 1)
            self.three = keras.Sequential([layers.Conv2D(2, 1), layers.Conv2D(3, 3, padding="same"), layers.ReLU()])
            self.projection = layers.Conv2D(2, 1)

        def call(self, x: Any) -> Any:
            pooled = tf.nn.max_pool2d(x, 3, 1, "SAME")
            return tf.concat([ops.relu(self.one(x)), self.three(x), self.projection(pooled)], axis=3)

    return Inception()


@specimen("not inception", (None, 8, 8, 4))
def inception_in_another_order() -> Any:
    one, two, three = layers.Conv2D(2, 1, activation="relu"), layers.Conv2D(2, 1), layers.Conv2D(3, 3, padding="same")
    projection = layers.Conv2D(2, 1)

    def apply(x: Any) -> Any:
        pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
        return layers.Concatenate()([projection(pooled), ops.relu(three(one(x))), two(x)])

    return apply


@specimen("encoder-decoder")
def encoder_decoder() -> Any:
    def apply(x: Any) -> Any:
        first = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
        second = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.MaxPooling2D()(first))
        up = layers.Conv2DTranspose(4, 2, strides=2)(second)
        return layers.Conv2D(1, 1, activation="sigmoid")(layers.Concatenate()([up, first]))

    return functional((8, 8, 3), apply)


@specimen("encoder-decoder")
def encoder_decoder_subclassed() -> Any:
    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.down = [layers.Conv2D(n, 3, padding="same") for n in (4, 8)]
            self.up, self.head = layers.Conv2DTranspose(4, 2, strides=2), layers.Conv2D(1, 1)

        def call(self, x: Any) -> Any:
            first = tf.nn.relu(self.down[0](x))
            second = tf.nn.relu(self.down[1](tf.nn.max_pool2d(first, 2, 2, "VALID")))
            return tf.sigmoid(self.head(tf.concat([self.up(second), first], -1)))

    return called(Net(), (8, 8, 3))


@specimen("not encoder-decoder")
def encoder_decoder_without_skips() -> Any:
    def apply(x: Any) -> Any:
        x = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
        x = layers.Conv2D(8, 3, padding="same", activation="relu")(layers.MaxPooling2D()(x))
        return layers.Conv2D(1, 1, activation="sigmoid")(layers.Conv2DTranspose(4, 2, strides=2)(x))

    return functional((8, 8, 3), apply)


@specimen("dense block", (None, 6, 6, 4))
def densely_connected() -> Any:
    convolutions = [layers.Conv2D(2, 3, padding="same") for _ in range(3)]
    normalisations = [layers.BatchNormalization() for _ in range(3)]

    def apply(x: Any) -> Any:
        for convolution, normalisation in zip(convolutions, normalisations, strict=True):
            x = ops.concatenate([x, convolution(ops.relu(normalisation(x)))], axis=-1)
        return x

    return apply


@specimen("patches", (None, 8, 8, 3))
def patches_with_tf() -> Any:
    class Patches(layers.Layer):
        def call(self, images: Any) -> Any:
            patches = tf.image.extract_patches(images, [1, 4, 4, 1], [1, 4, 4, 1], [1, 1, 1, 1], "VALID")
            return tf.reshape(patches, [tf.shape(images)[0], -1, patches.shape[-1]])

    return Patches()


@specimen("patches", (None, 8, 8, 3))
def patches_with_ops() -> Any:
    return lambda x: ops.reshape(ops.image.extract_patches(x, size=(4, 4)), (-1, 4, 48))


@specimen("resized", (None, 6, 6, 3))
def resized_by_tf() -> Any:
    return lambda x: tf.image.resize(x, [12, 9])


@specimen("resized", (None, 6, 6, 3))
def resized_by_a_layer() -> Any:
    return layers.Resizing(12, 9)


@specimen("resized", (None, 6, 6, 3))
def resized_in_a_lambda() -> Any:
    return layers.Lambda(lambda x, size: tf.image.resize(x, size), arguments={"size": (12, 9)})


@specimen("not resized", (None, 6, 6, 3))
def resized_to_the_nearest() -> Any:
    return layers.Resizing(12, 9, interpolation="nearest")


@specimen("grouped")
def grouped_and_normalised() -> Any:
    def apply(x: Any) -> Any:
        x = layers.GroupNormalization(2)(layers.Conv2D(4, 3, groups=2, dilation_rate=2)(x))
        x = layers.UnitNormalization()(layers.SpectralNormalization(layers.Conv2D(4, 3))(x))
        x = layers.AveragePooling2D(2)(layers.Cropping2D(1)(layers.RMSNormalization()(x)))
        return layers.Softmax()(layers.Permute((2, 1, 3))(x))

    return functional((16, 12, 4), apply)


@specimen("volumes")
def volumes() -> Any:
    return keras.Sequential(
        [
            keras.Input((6, 6, 6, 1)),
            layers.Conv3D(2, 3, padding="same", activation="relu"),
            layers.MaxPooling3D(2),
            layers.Conv3DTranspose(1, 2, strides=2),
            layers.GlobalAveragePooling3D(),
        ]
    )


@specimen("old functions of the backend", (None, 6, 6, 3))
def with_functions_of_the_backend() -> Any:
    from tensorflow.keras import backend as K  # noqa: N812 - as notebooks write it

    return lambda x: K.relu(K.mean(x, axis=[1, 2])) + K.max(K.flatten(x)[:, None] * 0 + 0, axis=0)[0] * 0


@specimen("debugging", (None, 4))
def with_prints_and_assertions() -> Any:
    dense = layers.Dense(3)

    def apply(x: Any) -> Any:
        tf.print("shape", tf.shape(x))
        tf.debugging.assert_rank(x, 2)
        x = tf.ensure_shape(x, [None, 4])
        return tf.identity(dense(x), name="scores")

    return apply
