"""Inputs, outputs, sharing and nesting: how models are put together."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from zoo.registry import called, functional, specimen


@specimen("shared layer")
def shared_layer() -> Any:
    left, right = keras.Input((5,)), keras.Input((5,))
    dense = layers.Dense(4, activation="tanh")
    return keras.Model([left, right], layers.Concatenate()([dense(left), dense(right)]))


@specimen("shared layer")
def shared_layer_in_a_subclass() -> Any:
    class Twins(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(4)

        def call(self, inputs: Any) -> Any:
            left, right = inputs
            return tf.concat([tf.tanh(self.dense(left)), tf.tanh(self.dense(right))], axis=-1)

    return called(Twins(), (5,), (5,))


@specimen("shared layer")
def shared_nested_model() -> Any:
    tower = keras.Sequential([layers.Dense(4), layers.Activation("tanh")])
    left, right = keras.Input((5,)), keras.Input((5,))
    return keras.Model([left, right], layers.concatenate([tower(left), tower(right)]))


@specimen("not shared layer")
def two_equal_layers() -> Any:
    left, right = keras.Input((5,)), keras.Input((5,))
    one, other = (layers.Dense(4, activation="tanh") for _ in range(2))
    return keras.Model([left, right], layers.Concatenate()([one(left), other(right)]))


@specimen("several outputs")
def several_outputs() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3)(inputs)
    return keras.Model(inputs, [layers.Flatten()(x), layers.GlobalMaxPooling2D()(x)])


@specimen("several outputs")
def several_outputs_of_a_subclass() -> Any:
    class Two(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = layers.Conv2D(4, 3)

        def call(self, x: Any) -> Any:
            x = self.convolution(x)
            return ops.reshape(x, (-1, 144)), ops.max(x, axis=(1, 2))

    return called(Two(), (8, 8, 3))


@specimen("dict of outputs")
def dict_of_outputs() -> Any:
    class Two(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, x: Any) -> Any:
            return {"twice": self.dense(x) * 2.0, "once": self.dense(x)}

    return called(Two(), (4,))


@specimen("nested outputs")
def nested_outputs() -> Any:
    class Nested(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, x: Any) -> Any:
            y = self.dense(x)
            return y, {"sum": ops.sum(y, axis=-1), "all": [y + 1, x]}

    return called(Nested(), (4,))


@specimen("dict of inputs")
def dict_of_inputs() -> Any:
    inputs = {"image": keras.Input((4, 4, 1), name="image"), "size": keras.Input((1,), name="size")}
    x = layers.Concatenate()([layers.Flatten()(inputs["image"]), inputs["size"]])
    return keras.Model(inputs, layers.Dense(2)(x))


@specimen("dict of inputs")
def dict_of_inputs_of_a_subclass() -> Any:
    class FromDict(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, inputs: Any) -> Any:
            image, size = inputs["image"], inputs["size"]
            return self.dense(tf.concat([tf.reshape(image, (-1, 16)), size], axis=1))

    model = FromDict()
    model({"image": np.zeros((2, 4, 4, 1), "float32"), "size": np.zeros((2, 1), "float32")})
    return model


@specimen("list of three")
def inputs_are_unequal() -> Any:
    class Three(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.towers = {"a": layers.Dense(3), "b": layers.Conv1D(3, 2), "c": layers.Dense(3)}

        def call(self, inputs: Any) -> Any:
            a, b, c = inputs
            return self.towers["a"](a) + ops.mean(self.towers["b"](b), axis=1) * self.towers["c"](c)

    return called(Three(), (4,), (6, 2), (5,))


@specimen("two arguments", (None, 6))
def layer_of_two_arguments() -> Any:
    class Join(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(6)

        def call(self, x: Any, skip: Any, scale: float = 1.0) -> Any:
            return self.dense(x) * scale + skip

    class Outer(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.join = Join()

        def call(self, x: Any) -> Any:
            return self.join(self.join(x, x), skip=x, scale=0.5)

    return Outer()


@specimen("two arguments", (None, 6))
def function_of_two_arguments() -> Any:
    dense = layers.Dense(6)

    def join(x: Any, skip: Any, scale: float = 1.0) -> Any:
        return dense(x) * scale + skip

    return lambda x: join(join(x, x), x, 0.5)


@specimen("nested models")
def nested_models() -> Any:
    inner = keras.Sequential([layers.Dense(4), layers.BatchNormalization()], name="inner")
    middle = functional((6,), lambda x: inner(x) + 1)
    return keras.Sequential([keras.Input((6,)), middle, layers.ReLU()])


@specimen("nested models")
def subclass_of_sequential() -> Any:
    class Mine(keras.Sequential):
        def __init__(self) -> None:
            super().__init__([keras.Input((6,)), layers.Dense(4), layers.BatchNormalization()])
            self.add(layers.Lambda(lambda x: x + 1.0))
            self.add(layers.Activation(keras.activations.relu))

    return Mine()


@specimen("nested models")
def subclass_of_functional() -> Any:
    class Mine(keras.Model):
        def __init__(self) -> None:
            inputs = keras.Input((6,))
            x = layers.BatchNormalization()(layers.Dense(4)(inputs))
            super().__init__(inputs=inputs, outputs=ops.relu(x + 1))

    return Mine()


@specimen("nested models")
def part_of_another_model() -> Any:
    whole = functional(
        (6,), lambda x: layers.Dense(9)(layers.ReLU()(layers.BatchNormalization()(layers.Dense(4)(x)) + 1))
    )
    return keras.Model(whole.input, whole.layers[-2].output)


@specimen("nested models")
def clone_of_a_model() -> Any:
    return keras.models.clone_model(
        functional((6,), lambda x: layers.ReLU()(layers.BatchNormalization()(layers.Dense(4)(x)) + 1))
    )


@specimen("loop", (None, 4))
def same_layer_in_a_loop() -> Any:
    class Loop(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(4, activation="relu")

        def call(self, x: Any) -> Any:
            for _ in range(3):
                x = self.dense(x)
            return x

    return Loop()


@specimen("loop", (None, 4))
def same_layer_written_out() -> Any:
    dense = layers.Dense(4)
    return lambda x: ops.relu(dense(ops.relu(dense(ops.relu(dense(x))))))


@specimen("not loop", (None, 4))
def another_layer_each_time() -> Any:
    stack = [layers.Dense(4, activation="relu") for _ in range(3)]

    def apply(x: Any) -> Any:
        for layer in stack:
            x = layer(x)
        return x

    return apply


class Helper:
    """Holds layers, and is nothing that Keras looks into."""

    def __init__(self) -> None:
        self.dense = layers.Dense(4)

    def __call__(self, x: Any) -> Any:
        return tf.nn.relu(self.dense(x))


@specimen("hidden from Keras", remarks=("untracked",))
def layers_in_a_plain_object() -> Any:
    class Hidden(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.helper, self.head = Helper(), layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.head(self.helper(x))

    return called(Hidden(), (6,))


@specimen("layers in a list")
def layers_in_a_list() -> Any:
    class Seen(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.layers_of_mine = [layers.Dense(4), layers.ReLU(), layers.Dense(2)]

        def call(self, x: Any) -> Any:
            for layer in self.layers_of_mine:
                x = layer(x)
            return x

    return called(Seen(), (6,))


@specimen("input goes through")
def an_input_is_an_output() -> Any:
    inputs = keras.Input((3,))
    return keras.Model(inputs, [inputs, layers.Dense(2)(inputs)])


@specimen("tied weights")
def tied_weights() -> Any:
    class Tied(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = layers.Embedding(9, 4)
            self.dense = layers.Dense(4)

        def call(self, tokens: Any) -> Any:
            x = self.dense(self.embedding(tokens))
            return tf.matmul(x, self.embedding.embeddings, transpose_b=True)

    model = Tied()
    model(np.zeros((2, 5), "int32"))
    return model


@specimen("a batch of one", (None, 4, 3))
def row_of_any_batch() -> Any:
    return lambda x: tf.reshape(x, (-1, 12))


@specimen("not a batch of one", (None, 4, 3))
def row_of_one_image_only() -> Any:
    return lambda x: tf.reshape(x, (1, -1))


@specimen("not a batch of one", (None, 4, 3))
def everything_in_one_row() -> Any:
    return lambda x: tf.reshape(x, (-1,))


@specimen("batch fixed")
def batch_is_fixed() -> Any:
    inputs = keras.Input(batch_shape=(4, 5))
    return keras.Model(inputs, layers.Dense(2)(inputs))


def _two_heads(x: Any) -> tuple[Any, Any]:
    x = layers.Flatten()(x)
    return layers.Dense(5, activation="softmax")(x), layers.Dense(4, activation="sigmoid")(x)


@specimen("two heads")
def two_heads() -> Any:
    def apply(x: Any) -> Any:
        scores, box = _two_heads(layers.Dropout(0.3)(layers.Conv2D(4, 3, activation="relu")(x)))
        return {"scores": scores, "box": box}

    return functional((8, 8, 3), apply)


@specimen("two heads")
def two_heads_of_a_subclass() -> Any:
    class TwoHeads(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolution, self.dropout = layers.Conv2D(4, 3), layers.Dropout(0.3)
            self.flatten, self.scores, self.box = layers.Flatten(), layers.Dense(5), layers.Dense(4)

        def call(self, x: Any, training: bool = False) -> Any:
            x = self.flatten(self.dropout(ops.relu(self.convolution(x)), training=training))
            return {"scores": ops.softmax(self.scores(x)), "box": ops.sigmoid(self.box(x))}

    return called(TwoHeads(), (8, 8, 3))


@specimen("two heads in a list")
def two_heads_around_a_model_with_two() -> Any:
    def inside(x: Any) -> Any:
        return list(_two_heads(layers.Conv2D(4, 3, activation="relu")(x)))

    inner = functional((8, 8, 3), inside)

    def apply(x: Any) -> Any:
        scores, box = inner(x)
        return [box, scores]

    return functional((8, 8, 3), apply)


@specimen("two heads in a list")
def two_heads_in_another_order() -> Any:
    def apply(x: Any) -> Any:
        x = layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(x))
        scores, box = layers.Dense(5)(x), layers.Dense(4)(x)
        return layers.Activation("sigmoid")(box), layers.Softmax()(scores)

    return functional((8, 8, 3), apply)
