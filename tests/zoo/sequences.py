"""Sequences: masks, recurrence, attention, and layers around layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from zoo.registry import functional, specimen


@specimen("masked sequence")
def masked_sequence() -> Any:
    return keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            layers.Embedding(20, 6, mask_zero=True),
            layers.Bidirectional(layers.LSTM(5)),
            layers.Dense(2),
        ]
    )


@specimen("masked sequence")
def masked_sequence_of_a_subclass() -> Any:
    class Reader(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = layers.Embedding(20, 6, mask_zero=True)
            self.recurrent = layers.Bidirectional(layers.LSTM(5))
            self.dense = layers.Dense(2)

        def call(self, tokens: Any) -> Any:
            return self.dense(self.recurrent(self.embedding(tokens)))

    model = Reader()
    model(np.zeros((2, 7), "int32"))
    return model


@specimen("not masked sequence")
def sequence_without_a_mask() -> Any:
    return keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            layers.Embedding(20, 6),
            layers.Bidirectional(layers.LSTM(5)),
            layers.Dense(2),
        ]
    )


class MaskedMean(layers.Layer):
    """A mean over the steps that are not masked."""

    def compute_mask(self, x: Any, mask: Any = None) -> None:
        return None

    def call(self, x: Any, mask: Any = None) -> Any:
        weights = ops.expand_dims(ops.cast(mask, "float32"), -1)
        return ops.sum(x * weights, axis=1) / (ops.sum(weights, axis=1) + 1e-3)


@specimen("mask as numbers")
def mask_in_a_layer_of_its_own() -> Any:
    return functional(
        (7,), lambda x: layers.Dense(2)(MaskedMean()(layers.Embedding(9, 4, mask_zero=True)(x))), dtype="int32"
    )


@specimen("mask by hand", like="mask_in_a_layer_of_its_own")
def mask_computed_by_hand() -> Any:
    class Reader(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.mean = layers.Embedding(9, 4), MaskedMean()

        def call(self, tokens: Any) -> Any:
            return self.mean(self.embedding(tokens), mask=tf.not_equal(tokens, 0))

    return functional((7,), lambda x: layers.Dense(2)(Reader()(x)), dtype="int32")


@specimen("mask goes through")
def mask_through_a_layer_of_its_own() -> Any:
    class Scaling(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.supports_masking = True

        def call(self, x: Any) -> Any:
            return x * 2.0

    return keras.Sequential([keras.Input((5, 3)), layers.Masking(), Scaling(), layers.GRU(4), layers.Dense(2)])


@specimen("not mask goes through")
def mask_ends_at_an_operation() -> Any:
    return functional((5, 3), lambda x: layers.Dense(2)(layers.GRU(4)(layers.Masking()(x) * 2.0)))


@specimen("states")
def states_of_a_recurrence() -> Any:
    def apply(x: Any) -> Any:
        whole, state = layers.GRU(4, return_sequences=True, return_state=True)(x)
        y, h, c = layers.LSTM(4, return_state=True)(whole, initial_state=[state, state])
        return layers.Concatenate()([y, h, c, layers.SimpleRNN(3, go_backwards=True)(whole)])

    return functional((5, 3), apply)


@specimen("cells")
def cells_of_keras() -> Any:
    return keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.RNN(layers.LSTMCell(4), return_sequences=True),
            layers.RNN([layers.GRUCell(4), layers.SimpleRNNCell(3)]),
        ]
    )


@specimen("attention")
def attention() -> Any:
    def apply(x: Any) -> Any:
        y = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
        return layers.TimeDistributed(layers.Dense(2))(y)

    return functional((7, 8), apply)


@specimen("attention")
def attention_in_a_layer() -> Any:
    class Encoder(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.attention = layers.MultiHeadAttention(num_heads=2, key_dim=4)
            self.normalisation = layers.LayerNormalization(epsilon=1e-3)

        def call(self, x: Any) -> Any:
            return self.normalisation(tf.add(x, self.attention(query=x, value=x)))

    return keras.Sequential([keras.Input((7, 8)), Encoder(), layers.TimeDistributed(layers.Dense(2))])


@specimen("decoder")
def causal_attention() -> Any:
    class Decoder(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = layers.MultiHeadAttention(2, 4, dropout=0.1), layers.MultiHeadAttention(2, 4)
            self.dense = keras.Sequential([layers.Dense(16, activation="gelu"), layers.Dense(8)])
            self.normalisations = [layers.LayerNormalization() for _ in range(3)]

        def call(self, x: Any, training: Any = None) -> Any:
            mask = np.tril(np.ones((1, 7, 7), "bool"))
            x = self.normalisations[0](x + self.one(x, x, use_causal_mask=True, training=training))
            y, scores = self.other(x, x, attention_mask=mask, return_attention_scores=True)
            x = self.normalisations[1](x + y) + ops.mean(scores)
            return self.normalisations[2](x + self.dense(x))

    return functional((7, 8), lambda x: layers.GlobalAveragePooling1D()(Decoder()(x)))


@specimen("attention by hand")
def attention_by_hand() -> Any:
    class ByHand(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.query, self.key, self.value = (layers.Dense(8) for _ in range(3))

        def split(self, x: Any) -> Any:
            return tf.transpose(tf.reshape(x, (tf.shape(x)[0], -1, 2, 4)), perm=[0, 2, 1, 3])

        def call(self, x: Any) -> Any:
            q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
            scores = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / tf.math.sqrt(4.0), axis=-1)
            y = tf.transpose(tf.matmul(scores, v), perm=[0, 2, 1, 3])
            return tf.reshape(y, (tf.shape(x)[0], tf.shape(x)[1], 8))

    return functional((7, 6), ByHand())


class Small(layers.Layer):
    """A layer of the student's own."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(3)

    def build(self, input_shape: Any) -> None:
        self.dense.build(input_shape)

    def call(self, x: Any) -> Any:
        return tf.nn.relu(self.dense(x))


@specimen("distributed")
def distributed_layer_of_its_own() -> Any:
    return keras.Sequential([keras.Input((5, 4)), layers.TimeDistributed(Small()), layers.Flatten()])


@specimen("distributed")
def distributed_model() -> Any:
    inner = keras.Sequential([layers.Dense(3), layers.ReLU()])
    return keras.Sequential([keras.Input((5, 4)), layers.TimeDistributed(inner), layers.Flatten()])


@specimen("distributed images")
def distributed_convolutions() -> Any:
    inner = keras.Sequential([layers.Conv2D(2, 3), layers.BatchNormalization(), layers.GlobalAveragePooling2D()])
    return keras.Sequential([keras.Input((3, 6, 6, 1)), layers.TimeDistributed(inner), layers.LSTM(4)])


@specimen("wrapper of its own")
def wrapper_of_its_own() -> Any:
    class Twice(layers.Wrapper):
        def call(self, x: Any) -> Any:
            return self.layer(x) + self.layer(2.0 * x)

    return keras.Sequential([keras.Input((6,)), Twice(layers.Dense(3)), layers.Dense(2)])


@specimen("convolution of a sequence")
def convolution_of_a_sequence() -> Any:
    return keras.Sequential(
        [
            keras.Input((16, 3)),
            layers.Conv1D(4, 3, padding="causal", dilation_rate=2),
            layers.SeparableConv1D(6, 3, activation="relu"),
            layers.MaxPooling1D(2),
            layers.SpatialDropout1D(0.2),
            layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum"),
            layers.GlobalMaxPooling1D(),
        ]
    )
