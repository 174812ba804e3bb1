"""The training flag: passed, defaulted, hard-coded, branched on; and what is random in training."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from zoo.registry import called, functional, specimen


@specimen("flag in a functional model", remarks=("ignored_training",))
def flag_in_a_functional_model() -> Any:
    return functional(
        (6,), lambda x: layers.Dropout(0.3)(layers.BatchNormalization()(x, training=False), training=True)
    )


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


@specimen("not branch on the flag")
def another_layer_in_training() -> Any:
    class Branching(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = layers.Dense(6), layers.Dense(6)
            self.one.build((None, 5))

        def call(self, x: Any, training: bool = False) -> Any:
            return self.one(x) * 2.0 if training else self.other(x)

    return called(Branching(), (5,))


class Normalising(layers.Layer):
    """Batch normalisation and dropout, told in one of many ways whether to train."""

    def __init__(self) -> None:
        super().__init__()
        self.normalisation, self.dropout = layers.BatchNormalization(), layers.Dropout(0.25)


@specimen("flag passed on")
def flag_is_passed() -> Any:
    class Passing(Normalising):
        def call(self, x: Any, training: Any = None) -> Any:
            return self.dropout(self.normalisation(x, training=training), training=training)

    return keras.Sequential([keras.Input((6,)), Passing()])


@specimen("flag passed on")
def flag_comes_by_itself() -> Any:
    class Silent(Normalising):
        def call(self, x: Any) -> Any:
            return self.dropout(self.normalisation(x))

    return keras.Sequential([keras.Input((6,)), Silent()])


@specimen("flag passed on")
def flag_has_no_default() -> Any:
    class Required(Normalising):
        def call(self, x: Any, training: Any) -> Any:
            return self.dropout(self.normalisation(x, training=training), training=training)

    class Outer(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.block = Required()

        def call(self, x: Any, training: bool = False) -> Any:
            return self.block(x, training=training)

    return called(Outer(), (6,))


@specimen("flag passed on")
def flag_is_looked_at() -> Any:
    class Careful(Normalising):
        def call(self, x: Any, training: Any = None) -> Any:
            if training is None:
                training = False
            x = self.normalisation(x, training=bool(training))
            if training:
                return self.dropout(x, training=True)
            return x

    return keras.Sequential([keras.Input((6,)), Careful()])


@specimen("flag passed on")
def flag_goes_through_a_dict() -> Any:
    class Keywords(Normalising):
        def call(self, x: Any, **options: Any) -> Any:
            return self.dropout(self.normalisation(x, **options), **options)

    class Outer(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.block = Keywords()

        def call(self, x: Any, training: bool = False) -> Any:
            return self.block(x, training=training)

    return called(Outer(), (6,))


@specimen("not flag passed on")
def flag_under_another_name() -> Any:
    class Renamed(Normalising):
        def call(self, x: Any, is_training: bool = False) -> Any:
            return self.dropout(self.normalisation(x, training=is_training), training=is_training)

    return keras.Sequential([keras.Input((6,)), Renamed()])


@specimen("not flag passed on")
def flag_is_turned_around() -> Any:
    class Around(Normalising):
        def call(self, x: Any, training: bool = False) -> Any:
            return self.dropout(self.normalisation(x, training=training), training=not training)

    return keras.Sequential([keras.Input((6,)), Around()])


@specimen("noise")
def noise() -> Any:
    return keras.Sequential(
        [keras.Input((12,)), layers.GaussianNoise(0.1), layers.Dense(8), layers.AlphaDropout(0.2), layers.Dense(2)]
    )


@specimen("augmentation")
def augmentation_inside() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.RandomFlip("horizontal", seed=1),
            layers.RandomTranslation(0.1, 0.1, seed=2),
            layers.Conv2D(2, 3),
        ]
    )


@specimen("augmentation")
def augmentation_in_a_subclass() -> Any:
    class Augmented(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.augment = keras.Sequential(
                [layers.RandomFlip("horizontal", seed=1), layers.RandomTranslation(0.1, 0.1, seed=2)]
            )
            self.convolution = layers.Conv2D(2, 3)

        def call(self, x: Any, training: Any = None) -> Any:
            return self.convolution(self.augment(x, training=training))

    return called(Augmented(), (8, 8, 3))


@specimen("dropout by hand")
def dropout_of_tensorflow() -> Any:
    class ByHand(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, x: Any, training: bool = False) -> Any:
            if training:
                x = tf.nn.dropout(x, rate=0.0)
            return self.dense(x)

    return called(ByHand(), (5,))


@specimen("frozen base", remarks=("ignored_training",))
def frozen_base() -> Any:
    base = keras.Sequential([layers.Conv2D(4, 3), layers.BatchNormalization()])
    base.trainable = False
    return functional((8, 8, 3), lambda x: layers.Dense(2)(layers.Flatten()(base(x, training=False))))


@specimen("frozen base")
def frozen_layer_by_layer() -> Any:
    convolution, normalisation = layers.Conv2D(4, 3), layers.BatchNormalization()
    model = keras.Sequential([keras.Input((8, 8, 3)), convolution, normalisation, layers.Flatten(), layers.Dense(2)])
    for layer in model.layers[:2]:
        layer.trainable = False
    return model


@specimen("not frozen base")
def base_is_thawed_inside() -> Any:
    base = keras.Sequential([layers.Conv2D(4, 3), layers.BatchNormalization()])
    model = functional((8, 8, 3), lambda x: layers.Dense(2)(layers.Flatten()(base(x))))
    base.trainable = False
    base.layers[0].trainable = True
    return model


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


@specimen("compiled call")
def compiled_helper() -> Any:
    class Helped(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(4)

        @tf.function(reduce_retracing=True)
        def features(self, x: Any) -> Any:
            return self.dense(x)

        def call(self, x: Any) -> Any:
            return ops.relu(self.features(x))

    return called(Helped(), (5,))


@specimen("compiled call")
def not_compiled() -> Any:
    return keras.Sequential([keras.Input((5,)), layers.Dense(4, "relu")])


@specimen("compiled with the flag")
def compiled_with_the_flag() -> Any:
    class Compiled(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense, self.normalisation = layers.Dense(4), layers.BatchNormalization()

        @tf.function
        def call(self, x: Any, training: bool = False) -> Any:
            return tf.nn.relu(self.normalisation(self.dense(x), training=training))

    return called(Compiled(), (5,))


@specimen("compiled with the flag")
def compiled_as_a_functional_model() -> Any:
    return functional((5,), lambda x: layers.ReLU()(layers.BatchNormalization()(layers.Dense(4)(x))))


@specimen("loss of its own", remarks=("added_loss",))
def loss_of_its_own() -> Any:
    class Sparse(layers.Layer):
        def call(self, x: Any) -> Any:
            self.add_loss(0.01 * ops.mean(ops.abs(x)))
            return x

    return keras.Sequential([keras.Input((5,)), layers.Dense(4), Sparse(), layers.Dense(2)])
