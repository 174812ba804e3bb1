"""Models as students write them, in families.

Members of one family mean the same, however they are written. A family named ``not ...`` holds near-misses: models
that look alike and mean something else. `SPECIMENS` lists them all by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Specimen:
    """One model, layer or function.

    `input_shape` is None where the target is traced as a model, which knows its own; else it is a block.
    """

    name: str
    family: str
    make: Callable[[], Any]
    input_shape: Shape | None
    is_opaque: bool = False


SPECIMENS: dict[str, Specimen] = {}


def specimen(
    family: str, input_shape: Shape | None = None, *, opaque: bool = False
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Put a function that makes a model into the zoo."""

    def register(make: Callable[[], Any]) -> Callable[[], Any]:
        SPECIMENS[make.__name__] = Specimen(make.__name__, family, make, input_shape, opaque)
        return make

    return register


def called(model: keras.Model, shape: tuple[int, ...]) -> keras.Model:
    """Return a subclassed model that has seen one batch, so that it knows its shapes."""
    model(np.zeros((2, *shape), "float32"))
    return model


# A small classifier ---------------------------------------------------------------------------------------------

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


# Convolution, batch normalisation, relu -------------------------------------------------------------------------


@specimen("normalised")
def normalised_functional() -> Any:
    inputs = x = keras.Input(IMAGES)
    for filters in (4, 6):
        x = layers.Conv2D(filters, 3, use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


@specimen("normalised")
def normalised_subclassed() -> Any:
    class Normalised(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolutions = [layers.Conv2D(filters, 3, use_bias=False) for filters in (4, 6)]
            self.normalisations = [layers.BatchNormalization(axis=3) for _ in range(2)]
            self.dense = layers.Dense(10)

        def call(self, inputs: Any, training: Any = None) -> Any:
            x = inputs
            for convolution, normalisation in zip(self.convolutions, self.normalisations, strict=True):
                x = tf.nn.relu(normalisation(convolution(x), training=training))
            return self.dense(tf.reduce_mean(x, axis=[1, 2]))

    return called(Normalised(), IMAGES)


@specimen("normalised")
def normalised_sequential_of_blocks() -> Any:
    def block(filters: int) -> keras.Sequential:
        return keras.Sequential([layers.Conv2D(filters, 3, use_bias=False), layers.BatchNormalization(), layers.ReLU()])

    return keras.Sequential(
        [
            keras.Input(IMAGES),
            block(4),
            block(6),
            layers.Lambda(lambda x: ops.mean(x, axis=(1, 2))),
            layers.Dense(10),
        ]
    )


@specimen("normalised")
def normalised_lazily() -> Any:
    class Lazy(keras.Model):
        def build(self, input_shape: Any) -> None:
            self.blocks = []
            for filters in (4, 6):
                self.blocks += [layers.Conv2D(filters, 3, use_bias=False), layers.BatchNormalization()]
            self.head = keras.Sequential([layers.GlobalAvgPool2D(), layers.Dense(10)])
            self.built = True

        def call(self, x: Any, training: bool = False) -> Any:
            for layer in self.blocks:
                if isinstance(layer, layers.BatchNormalization):
                    x = ops.maximum(layer(x, training=training), 0.0)
                else:
                    x = layer(x)
            return self.head(x)

    return called(Lazy(), IMAGES)


def _normalised(block: Callable[[int, Any], Any]) -> keras.Model:
    inputs = keras.Input(IMAGES)
    x = block(6, block(4, inputs))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


@specimen("not normalised")
def relu_before_normalisation() -> Any:
    return _normalised(
        lambda filters, x: layers.BatchNormalization()(layers.Conv2D(filters, 3, use_bias=False, activation="relu")(x))
    )


@specimen("not normalised")
def normalisation_is_frozen() -> Any:
    return _normalised(
        lambda filters, x: layers.ReLU()(
            layers.BatchNormalization(trainable=False)(layers.Conv2D(filters, 3, use_bias=False)(x))
        )
    )


@specimen("not normalised")
def normalisation_on_another_axis() -> Any:
    return _normalised(
        lambda filters, x: layers.ReLU()(
            layers.BatchNormalization(axis=1)(layers.Conv2D(filters, 3, use_bias=False)(x))
        )
    )


@specimen("not normalised")
def one_normalisation_in_two_places() -> Any:
    shared = layers.BatchNormalization()
    inputs = keras.Input(IMAGES)
    x = layers.ReLU()(shared(layers.Conv2D(4, 3, use_bias=False)(inputs)))
    x = layers.ReLU()(shared(layers.Conv2D(4, 3, use_bias=False)(x)))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


class HardCoded(keras.Model):
    """Batch normalisation that is told to stay in one mode."""

    def __init__(self, training: bool) -> None:
        super().__init__()
        self.flag = training
        self.convolution, self.normalisation = layers.Conv2D(4, 3), layers.BatchNormalization()
        self.dropout, self.dense = layers.Dropout(0.3), layers.Dense(10)

    def call(self, x: Any, training: bool = False) -> Any:
        x = ops.relu(self.normalisation(self.convolution(x), training=self.flag))
        return self.dense(self.dropout(ops.mean(x, axis=(1, 2)), training=training))


@specimen("not normalised")
def normalisation_never_trains() -> Any:
    return called(HardCoded(training=False), IMAGES)


@specimen("not normalised")
def normalisation_always_trains() -> Any:
    return called(HardCoded(training=True), IMAGES)


@specimen("not normalised")
def normalisation_without_the_flag() -> Any:
    class Forgotten(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolution, self.normalisation = layers.Conv2D(4, 3), layers.BatchNormalization()

        def call(self, x: Any) -> Any:
            return ops.mean(self.normalisation(self.convolution(x)), axis=(1, 2))

    return called(Forgotten(), IMAGES)


@specimen("not normalised")
def flag_leaks_to_dropout() -> Any:
    class Leaking(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.normalisation, self.dropout = layers.BatchNormalization(), layers.Dropout(0.5)

        def call(self, x: Any, training: bool = False) -> Any:
            return self.dropout(self.normalisation(x, training=False))

    return called(Leaking(), IMAGES)


@specimen("flag in a functional model")
def flag_in_a_functional_model() -> Any:
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Dropout(0.3)(layers.BatchNormalization()(inputs, training=False), training=True))


# Residual blocks ------------------------------------------------------------------------------------------------

MAPS = (None, 8, 6, 4)


class Branch(layers.Layer):
    """Convolution, normalisation, relu, convolution, normalisation."""

    def __init__(self, filters: int = 4, strides: int = 1) -> None:
        super().__init__()
        self.first = layers.Conv2D(filters, 3, strides=strides, padding="same")
        self.second = layers.Conv2D(filters, 3, padding="same")
        self.normalisations = [layers.BatchNormalization(), layers.BatchNormalization()]

    def call(self, x: Any) -> Any:
        x = tf.nn.relu(self.normalisations[0](self.first(x)))
        return self.normalisations[1](self.second(x))


@specimen("residual block", MAPS)
def block_function_add_layer() -> Any:
    first, second = (layers.Conv2D(4, 3, padding="same") for _ in range(2))
    normalisations = [layers.BatchNormalization() for _ in range(2)]

    def apply(x: Any) -> Any:
        y = layers.ReLU()(normalisations[0](first(x)))
        return layers.ReLU()(layers.Add()([x, normalisations[1](second(y))]))

    return apply


@specimen("residual block", MAPS)
def block_layer_with_operator() -> Any:
    class Block(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.branch = Branch()

        def call(self, x: Any, training: bool = False) -> Any:
            return tf.nn.relu(x + self.branch(x))

    return Block()


@specimen("residual block", MAPS)
def block_model_with_tf_add() -> Any:
    class Block(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.branch = Branch()

        def call(self, inputs: Any) -> Any:
            return ops.relu(tf.add(inputs, self.branch(inputs)))

    return Block()


@specimen("residual block", MAPS)
def block_of_a_sequential_branch() -> Any:
    branch = keras.Sequential(
        [
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
        ]
    )
    return lambda x: layers.Activation("relu")(layers.add([x, branch(x)]))


@specimen("residual block", MAPS)
def block_functional_with_identity() -> Any:
    inputs = keras.Input(MAPS[1:])
    shortcut = layers.Identity()(inputs)
    return keras.Model(inputs, keras.activations.relu(ops.add(shortcut, Branch()(inputs))))


def _block(join: Callable[[Any, Any], Any], filters: int = 4, strides: int = 1) -> Callable[[Any], Any]:
    branch = Branch(filters, strides)
    return lambda x: tf.nn.relu(join(x, branch(x)))


@specimen("projected block", MAPS)
def block_projected() -> Any:
    projection = layers.Conv2D(8, 1, strides=2)
    return _block(lambda x, y: projection(x) + y, filters=8, strides=2)


@specimen("projected block", MAPS)
def block_projected_in_a_layer() -> Any:
    class Block(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.branch = Branch(8, strides=2)
            self.projection = None

        def call(self, x: Any) -> Any:
            y = self.branch(x)
            if x.shape != y.shape and self.projection is None:
                self.projection = layers.Conv2D(8, (1, 1), strides=(2, 2), padding="valid")
            return layers.ReLU()(layers.Add()([self.projection(x), y]))

    return Block()


@specimen("not residual block", MAPS)
def block_adds_the_branch_to_itself() -> Any:
    return _block(lambda x, y: y + y)


@specimen("not residual block", MAPS)
def block_concatenates() -> Any:
    return _block(lambda x, y: tf.concat([x, y], axis=-1))


@specimen("not residual block", MAPS)
def block_returns_its_input() -> Any:
    return _block(lambda x, y: x)


@specimen("not residual block", MAPS)
def block_shortcut_too_late() -> Any:
    first, second = layers.Conv2D(4, 3, padding="same"), layers.Conv2D(4, 3, padding="same")

    def apply(x: Any) -> Any:
        x = ops.relu(first(x))
        return ops.relu(x + second(x))

    return apply


@specimen("not residual block", MAPS)
def block_parallel_branches() -> Any:
    one, other = Branch(), Branch()
    return lambda x: ops.relu(one(x) + other(x))


@specimen("not residual block", MAPS)
def block_relu_before_addition() -> Any:
    branch = Branch()
    return lambda x: x + tf.nn.relu(branch(x))


@specimen("not residual block", MAPS)
def block_with_an_activation_on_the_shortcut() -> Any:
    return _block(lambda x, y: tf.nn.relu(x) + y)


# One thing, many ways -------------------------------------------------------------------------------------------


def _functional(shape: tuple[int, ...], function: Callable[[Any], Any]) -> keras.Model:
    inputs = keras.Input(shape)
    return keras.Model(inputs, function(inputs))


@specimen("global mean", MAPS)
def global_mean_of_tf() -> Any:
    return lambda x: tf.math.reduce_mean(x, (1, 2))


@specimen("global mean", MAPS)
def global_mean_counted_from_the_end() -> Any:
    return lambda x: ops.mean(x, axis=[-2, -3])


@specimen("global mean", MAPS)
def global_mean_layer() -> Any:
    return layers.GlobalAveragePooling2D()


@specimen("not global mean", MAPS)
def mean_over_one_axis() -> Any:
    return lambda x: ops.mean(ops.mean(x, axis=1), axis=-1)


@specimen("not global mean", MAPS)
def global_maximum() -> Any:
    return lambda x: tf.reduce_max(x, axis=[1, 2])


@specimen("row", MAPS)
def row_flatten() -> Any:
    return layers.Flatten()


@specimen("row", MAPS)
def row_reshape_with_batch() -> Any:
    return lambda x: tf.reshape(x, (tf.shape(x)[0], 8 * 6 * 4))


@specimen("row", MAPS)
def row_ops_reshape() -> Any:
    return lambda x: ops.reshape(x, (ops.shape(x)[0], -1))


@specimen("row", MAPS)
def row_with_as_list() -> Any:
    def apply(x: Any) -> Any:
        _, height, width, channels = x.get_shape().as_list()
        return tf.reshape(x, [-1, height * width * channels])

    return apply


@specimen("not row", MAPS)
def row_of_each_channel() -> Any:
    return lambda x: tf.reshape(tf.transpose(x, [0, 3, 1, 2]), (-1, 192))


@specimen("scaled", MAPS)
def scaled_by_a_layer() -> Any:
    return layers.Rescaling(1 / 255)


@specimen("scaled", MAPS)
def scaled_by_division() -> Any:
    return lambda x: x / 255


@specimen("scaled", MAPS)
def scaled_by_tf() -> Any:
    return lambda x: tf.math.divide(x, 255.0)


@specimen("dense", (None, 5))
def dense_layer() -> Any:
    return layers.Dense(3, activation="relu")


class HandMade(layers.Layer):
    """A dense layer with weights of its own."""

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 3), initializer="glorot_uniform", name="kernel")
        self.offset = self.add_weight(shape=(3,), initializer="zeros", name="offset")

    def call(self, x: Any) -> Any:
        return tf.nn.relu(tf.matmul(x, self.kernel) + self.offset)


@specimen("dense", (None, 5))
def dense_by_hand() -> Any:
    return HandMade()


@specimen("dense", (None, 5))
def dense_by_operator() -> Any:
    class WithOperators(HandMade):
        def call(self, x: Any) -> Any:
            return ops.relu(self.offset + x @ self.kernel)

    return WithOperators()


# On their own ---------------------------------------------------------------------------------------------------


@specimen("shared layer")
def shared_layer() -> Any:
    left, right = keras.Input((5,)), keras.Input((5,))
    dense = layers.Dense(4, activation="tanh")
    return keras.Model([left, right], layers.Concatenate()([dense(left), dense(right)]))


@specimen("several outputs")
def several_outputs() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3)(inputs)
    return keras.Model(inputs, [layers.Flatten()(x), layers.GlobalMaxPooling2D()(x)])


@specimen("dict of outputs")
def dict_of_outputs() -> Any:
    class Two(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, x: Any) -> Any:
            return {"twice": self.dense(x) * 2.0, "once": self.dense(x)}

    return called(Two(), (4,))


@specimen("dict of inputs")
def dict_of_inputs() -> Any:
    inputs = {"image": keras.Input((4, 4, 1), name="image"), "size": keras.Input((1,), name="size")}
    x = layers.Concatenate()([layers.Flatten()(inputs["image"]), inputs["size"]])
    return keras.Model(inputs, layers.Dense(2)(x))


@specimen("branch on the flag")
def branch_on_the_flag() -> Any:
    class Branching(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense, self.augment = layers.Dense(6), layers.GaussianNoise(0.1)

        def call(self, x: Any, training: bool = False) -> Any:
            if training:
                x = self.augment(x, training=True)
            return self.dense(x)

    return called(Branching(), (5,))


@specimen("noise")
def noise() -> Any:
    return keras.Sequential(
        [keras.Input((12,)), layers.GaussianNoise(0.1), layers.Dense(8), layers.AlphaDropout(0.2), layers.Dense(2)]
    )


@specimen("activations")
def custom_activations() -> Any:
    def swish(x: Any) -> Any:
        return x * tf.sigmoid(x)

    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(4, activation=swish),
            layers.Dense(4, activation=lambda x: tf.nn.leaky_relu(x, alpha=0.1)),
            layers.Dense(2, activation=layers.ELU(0.5)),
        ]
    )


@specimen("frozen base")
def frozen_base() -> Any:
    base = keras.Sequential([layers.Conv2D(4, 3), layers.BatchNormalization()])
    base.trainable = False
    return _functional((8, 8, 3), lambda x: layers.Dense(2)(layers.Flatten()(base(x, training=False))))


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


@specimen("attention")
def attention() -> Any:
    def apply(x: Any) -> Any:
        y = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
        return layers.TimeDistributed(layers.Dense(2))(y)

    return _functional((7, 8), apply)


@specimen("mobile")
def mobile() -> Any:
    def apply(x: Any) -> Any:
        x = layers.DepthwiseConv2D(3, padding="same")(x)
        x = layers.SeparableConv2D(8, 3, padding="same", activation="relu6")(x)
        x = layers.UpSampling2D()(layers.ZeroPadding2D(1)(x))[:, ::2, 1:-1]
        return layers.Conv2DTranspose(2, 3, kernel_regularizer="l2", kernel_constraint="max_norm")(x)

    return _functional((8, 8, 4), apply)


@specimen("convolution by hand", (None, 8, 8, 3))
def convolution_by_hand() -> Any:
    class ByHand(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(3, 3, input_shape[-1], 4), name="kernel")

        def call(self, x: Any) -> Any:
            x = tf.nn.conv2d(x, self.kernel, strides=[1, 2, 2, 1], padding="SAME")
            return tf.nn.max_pool2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 2, 2, "VALID")

    return ByHand()


@specimen("compiled call")
def compiled_call() -> Any:
    class Compiled(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(4)

        @tf.function
        def call(self, x: Any) -> Any:
            return tf.nn.relu(self.dense(x))

    return called(Compiled(), (5,))


@specimen("positions")
def embedded_positions() -> Any:
    class Positions(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = layers.Embedding(7, 8)

        def call(self, x: Any) -> Any:
            return x + self.embedding(tf.range(7))

    return _functional((7, 8), lambda x: layers.Dense(2)(Positions()(x)))


@specimen("normed weights")
def normed_weights() -> Any:
    class Normed(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(input_shape[-1], 3), name="kernel")
            self.scale = self.add_weight(shape=(3,), name="scale")

        def call(self, x: Any) -> Any:
            norm = tf.sqrt(tf.reduce_sum(tf.square(self.kernel), axis=0))
            return ops.matmul(x, self.kernel / norm) * ops.reshape(ops.exp(self.scale), (1, 3))

    return keras.Sequential([keras.Input((5,)), Normed()])


@specimen("own class of Keras's")
def subclass_of_a_layer_of_keras() -> Any:
    class Convolution(layers.Conv2D):
        def __init__(self, filters: int) -> None:
            super().__init__(filters, 3, padding="same", activation="relu")

        def get_config(self) -> Any:
            return {"filters": 1000}

    return keras.Sequential([keras.Input(IMAGES), Convolution(4)])


# What cannot be opened ------------------------------------------------------------------------------------------


class ByNumpy(layers.Layer):
    """Computes with NumPy, so it needs numbers."""

    def call(self, x: Any) -> Any:
        return tf.constant(np.maximum(np.asarray(x), 0))

    def compute_output_spec(self, x: Any) -> Any:
        return keras.KerasTensor(x.shape, x.dtype)


@specimen("opaque", opaque=True)
def opaque_numpy() -> Any:
    return keras.Sequential([keras.Input((5,)), layers.Dense(4), ByNumpy(), layers.Dense(2)])


@specimen("opaque", opaque=True)
def opaque_condition() -> Any:
    class Condition(keras.Model):
        def call(self, x: Any) -> Any:
            return x * 2 if tf.reduce_sum(x) > 0 else x

    return called(Condition(), (5,))


@specimen("opaque", opaque=True)
def opaque_random_numbers() -> Any:
    class Random(keras.Model):
        def call(self, x: Any) -> Any:
            return x + tf.random.normal((5,))

    return called(Random(), (5,))


@specimen("opaque", opaque=True)
def opaque_weight_as_numbers() -> Any:
    class Normed(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(input_shape[-1], 3), name="kernel")

        def call(self, x: Any) -> Any:
            return tf.matmul(x, self.kernel / np.linalg.norm(self.kernel.numpy()))

    return keras.Sequential([keras.Input((5,)), Normed()])
