"""A small classifier: convolution, pooling, two dense layers, dropout."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from zoo.registry import called, specimen

IMAGES = (16, 16, 3)


@specimen("classifier")
def classifier_sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input(IMAGES),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


@specimen("classifier")
def classifier_functional() -> Any:
    inputs = keras.Input(IMAGES)
    x = layers.ReLU()(layers.Conv2D(8, 3, padding="same")(inputs))
    x = layers.Reshape((-1,))(layers.MaxPool2D(pool_size=(2, 2))(x))
    x = layers.Dropout(0.5)(layers.Activation("relu")(layers.Dense(16)(x)))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)))


@specimen("classifier")
def classifier_subclassed() -> Any:
    class Classifier(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = layers.Conv2D(8, 3, padding="same")
            self.pool = layers.MaxPooling2D()
            self.dense = [layers.Dense(16, activation=tf.nn.relu), layers.Dense(10)]
            self.dropout = layers.Dropout(0.5)

        def call(self, inputs: Any, training: bool = False) -> Any:
            x = self.pool(tf.nn.relu(self.convolution(inputs)))
            x = tf.reshape(x, [tf.shape(x)[0], -1])
            x = self.dropout(self.dense[0](x), training=training)
            return tf.nn.softmax(self.dense[1](x))

    return called(Classifier(), IMAGES)


@specimen("classifier")
def classifier_of_tf_keras() -> Any:
    inputs = tf.keras.layers.Input(shape=IMAGES)
    x = tf.keras.layers.Conv2D(8, (3, 3), padding="same", activation=tf.keras.activations.relu)(inputs)
    x = tf.keras.layers.MaxPooling2D()(x)
    head = tf.keras.Sequential(
        [
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(16, "relu"),
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )
    return tf.keras.Model(inputs=inputs, outputs=head(x))


@specimen("classifier")
def classifier_of_parts() -> Any:
    features = keras.Sequential([layers.Conv2D(8, 3, padding="same"), layers.ReLU(), layers.MaxPooling2D()])
    inputs = keras.Input(IMAGES)
    x = layers.Flatten()(features(inputs))
    x = layers.Dropout(0.5)(keras.activations.relu(layers.Dense(16)(x)))
    return keras.Model(inputs, ops.softmax(layers.Dense(10)(x)))


@specimen("not classifier")
def classifier_without_softmax() -> Any:
    return keras.Sequential([keras.Input(IMAGES), *classifier_sequential().layers[:-1], layers.Dense(10)])


@specimen("not classifier")
def classifier_dropout_too_late() -> Any:
    inputs = keras.Input(IMAGES)
    x = layers.MaxPooling2D()(layers.Conv2D(8, 3, padding="same", activation="relu")(inputs))
    x = layers.Dense(16, activation="relu")(layers.Dropout(0.5)(layers.Flatten()(x)))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@specimen("not classifier")
def classifier_with_a_dead_pooling() -> Any:
    class Dead(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = layers.Conv2D(8, 3, padding="same", activation="relu")
            self.pool, self.pool5 = layers.MaxPooling2D(), layers.MaxPooling2D()
            self.spare = layers.Conv2D(2, 1)
            self.dense = layers.Dense(10, activation="softmax")

        def call(self, inputs: Any) -> Any:
            x = self.pool(self.convolution(inputs))
            self.spare(x)
            return self.dense(tf.reshape(x, (-1, 8 * 8 * 8)))

    return called(Dead(), IMAGES)
