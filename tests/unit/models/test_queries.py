"""What a suite can ask about the parts of a model, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from example_models import residual, unet, vgg
from keras import layers, ops

from autograder.errors import ModelRefused
from autograder.models.picture import Marked
from autograder.models.view import ModelView

ViewOf = Callable[..., ModelView]


def chain(*parts: Any, shape: tuple[int | None, ...] = (24, 20, 3)) -> keras.Sequential:
    return keras.Sequential([keras.Input(shape), *parts])


def conv(filters: int = 4, size: int = 3, **options: Any) -> layers.Layer:
    return layers.Conv2D(filters, size, **options)


# Receptive fields -----------------------------------------------------------------------------------------------


def seen(model: keras.Model, shape: tuple[int, ...]) -> tuple[int, int]:
    """Measure how many rows and columns of the input any single output depends on, away from the border."""
    for layer in model.layers:
        layer.set_weights([np.full(weight.shape, 0.01) for weight in layer.get_weights()])
    base = np.asarray(model(np.zeros((1, *shape), "float32")))
    rows, columns = (
        np.stack([np.asarray(model(_lit(shape, axis, place)))[0] != base[0] for place in range(shape[axis])])
        for axis in (0, 1)
    )
    return _span(rows), _span(columns)


def _span(hits: np.ndarray) -> int:
    """Return how many pixels lie from the first to the last one that changes an output, for the one that sees most."""
    by_output = hits.reshape(len(hits), -1)
    first, last = by_output.argmax(axis=0), len(hits) - 1 - by_output[::-1].argmax(axis=0)
    return int((last - first + 1)[by_output.any(axis=0)].max())


def _lit(shape: tuple[int, ...], axis: int, place: int) -> np.ndarray:
    """Return an image in which one row, or one column, is not zero."""
    image = np.zeros((1, *shape), "float32")
    image[(slice(None), *(slice(None),) * axis, place)] = 1
    return image


def _joined() -> keras.Model:
    inputs = keras.Input((40, 40, 1))
    wide = conv(2, 5, strides=2, padding="same")(inputs)
    narrow = conv(2, 1, strides=2)(inputs)
    return keras.Model(inputs, conv(2, 3, padding="same")(layers.ReLU()(wide + narrow)))


def _down_and_up() -> keras.Model:
    inputs = keras.Input((40, 40, 1))
    x = conv(2, 3, padding="same")(layers.AveragePooling2D(2)(inputs))
    return keras.Model(inputs, conv(2, 3, padding="same")(layers.UpSampling2D(2)(x)))


IMAGE = (40, 40, 1)
FIELDS: dict[str, Callable[[], keras.Model]] = {
    "two 3x3": lambda: chain(conv(), conv(), shape=IMAGE),
    "strides": lambda: chain(conv(2, 3, strides=2), conv(2, 5, strides=2, padding="same"), conv(), shape=IMAGE),
    "axes that differ": lambda: chain(conv(2, (3, 5)), layers.AveragePooling2D((2, 1)), conv(2, (3, 1)), shape=IMAGE),
    "dilation": lambda: chain(conv(2, 3, dilation_rate=2), conv(2, 3, dilation_rate=3), shape=IMAGE),
    "padding by hand": lambda: chain(layers.ZeroPadding2D(2), conv(2, 5), layers.Cropping2D(1), shape=IMAGE),
    "separable": lambda: chain(layers.SeparableConv2D(3, 3, strides=2), layers.DepthwiseConv2D(3), shape=IMAGE),
    "a join": _joined,
    "down and up": _down_and_up,
    "transposed": lambda: chain(
        conv(2, 3, strides=2, padding="same"), layers.Conv2DTranspose(2, 3, strides=2, padding="same"), shape=IMAGE
    ),
    "transposed without overlap": lambda: chain(conv(2, 3), layers.Conv2DTranspose(2, 2, strides=2), shape=IMAGE),
    "bilinear": lambda: chain(conv(2, 3, strides=2), layers.UpSampling2D(2, interpolation="bilinear"), shape=IMAGE),
}


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_field_is_what_an_output_depends_on(view_of: ViewOf, name: str) -> None:
    """The size that is derived is the stretch of pixels that change some output of the genuine model."""
    model = FIELDS[name]()
    assert view_of(model).receptive_field().size == seen(model, IMAGE)


def test_receptive_field_of_two_layers_by_hand(view_of: ViewOf) -> None:
    """r = 1 + sum of (k - 1) times the strides before: 3x3 with stride 2, then 5x5."""
    view = view_of(chain(conv(2, 3, strides=2), layers.ReLU(), conv(2, 5)))
    field = view.receptive_field()
    assert (field.size, field.stride) == ((11, 11), (2, 2))
    assert [each.words for each in field.steps] == ["1 + (3 - 1) * 1 = 3, stride 2", "3 + (5 - 1) * 2 = 11, stride 2"]
    assert field.derivation.count("\n") == 1


def test_receptive_field_of_a_published_network(view_of: ViewOf) -> None:
    """Araujo et al. 2019 give 212 pixels for VGG-16."""
    inputs = x = keras.Input((224, 224, 3))
    for count in (2, 2, 3, 3, 3):
        for _ in range(count):
            x = layers.ReLU()(conv(1, 3, padding="same")(x))
        x = layers.MaxPooling2D()(x)
    view = view_of(keras.Model(inputs, x))
    assert view.receptive_field().size == (212, 212)
    assert view.receptive_field().stride == (32, 32)


def test_a_model_that_does_nothing(view_of: ViewOf) -> None:
    """What returns its input has no steps, and can be asked all the same."""
    view = view_of(lambda x: x, (None, 8, 8, 3))
    assert (view.steps, view.shortcuts(), view.blocks(), view.downsampling(), view.unused) == ((),) * 5
    assert (view.receptive_field().size, view.between(None, None), view.difference(view)) == ((1, 1), (), "")
    assert [row.kind for row in view.picture().rows] == ["Input"]
    assert view.diagram().startswith("<svg")
    other = view_of(lambda x: ops.relu(x), (None, 8, 8, 3))
    assert view.difference(other) == "the other model has `relu` (ReLU) as well, which takes the input"


def test_behind_a_global_average_everything_is_seen(view_of: ViewOf) -> None:
    """There is no size then, and the derivation ends where that happens."""
    field = view_of(chain(conv(), layers.GlobalAveragePooling2D(), layers.Dense(3))).receptive_field()
    assert (field.size, field.stride) == (None, ())
    assert field.steps[-1].words == "each value sees the whole input"


def test_a_field_that_cannot_be_followed_is_refused(view_of: ViewOf) -> None:
    """No number is made up where values are moved about; the sentence names the place."""
    view = view_of(lambda x: ops.flip(x, axis=1), (None, 8, 8, 3))
    with pytest.raises(ModelRefused, match="cannot be followed through `flip`, a `Flip`"):
        view.receptive_field()
    two = view_of(lambda x: [x + x, x * x], (None, 8, 8, 3))
    with pytest.raises(ModelRefused, match="the model has 2 outputs"):
        two.receptive_field()


# Sizes of maps --------------------------------------------------------------------------------------------------


def test_downsampling_by_more_than_a_border(view_of: ViewOf) -> None:
    """Strides and poolings count; convolutions without padding and cropping only when borders are asked for."""
    view = view_of(
        chain(
            conv(), conv(4, 3, strides=2, padding="same"), layers.MaxPooling2D((3, 1)), layers.Cropping2D(1),
            layers.Lambda(lambda x: x[:, ::2]), layers.GlobalMaxPooling2D(), shape=(34, 34, 3),
        )
    )  # fmt: skip
    found = [(each.step.kind, each.before, each.after, each.factor) for each in view.downsampling()]
    assert found == [
        ("Conv2D", (32, 32), (16, 16), (2, 2)),
        ("MaxPooling2D", (16, 16), (5, 16), (3, 1)),
        ("GetItem", (3, 14), (2, 14), (1.5, 1)),
        ("GlobalMaxPooling2D", (2, 14), (1, 1), (2, 14)),
    ]
    assert [each.step.kind for each in view.downsampling(border=True)][::3] == ["Conv2D", "Cropping2D"]


def test_downsampling_of_images_of_any_size(view_of: ViewOf) -> None:
    """Strides are known where sizes are not."""
    view = view_of(chain(conv(2, 3, strides=2), layers.MaxPooling2D(), shape=(None, None, 3)))
    assert [each.factor for each in view.downsampling()] == [(2, 2), (2, 2)]


def test_an_encoder_decoder_goes_down_and_up(view_of: ViewOf) -> None:
    """What makes maps larger is found, and the skip connection joins maps of one size."""
    view = view_of(unet())
    assert [each.step.kind for each in view.downsampling()] == ["MaxPooling2D"]
    assert [(each.step.kind, each.factor) for each in view.upsampling()] == [("Conv2DTranspose", (2, 2))]
    (skip,) = view.shortcuts("Concatenate")
    assert (skip.kind, skip.merge.output_shape, skip.num_convolutions) == ("identity", (None, 16, 16, 8), 2)


def test_nested_skip_connections(view_of: ViewOf) -> None:
    """Each level of an encoder-decoder has its own, and a resolution that was brought down on the way is seen."""
    inputs = keras.Input((16, 16, 3))
    levels = [layers.ReLU()(conv(4, 3, padding="same")(inputs))]
    for filters in (8, 16):
        x = layers.MaxPooling2D()(levels[-1])
        levels.append(layers.ReLU()(conv(filters, 3, padding="same")(x)))
    x = levels.pop()
    x = layers.Concatenate()([levels.pop(), layers.Conv2DTranspose(8, 2, strides=2)(x)])
    x = layers.Conv2DTranspose(4, 2, strides=2)(x)
    view = view_of(keras.Model(inputs, conv(1, 1)(layers.Concatenate()([levels[0], x]))))
    inner, outer = view.shortcuts("Concatenate")
    assert (inner.kind, inner.num_convolutions, outer.kind, outer.num_convolutions) == ("identity", 2, "identity", 4)
    assert set(inner.branch) < set(outer.branch)
    pooled = keras.Model(
        inputs, layers.Concatenate()([layers.MaxPooling2D()(levels[0]), conv(2, 2, strides=2)(levels[0])])
    )
    (wrong,) = view_of(pooled).shortcuts("Concatenate")
    assert (wrong.kind, [step.kind for step in wrong.path]) == ("other", ["MaxPooling2D"])


# Blocks ---------------------------------------------------------------------------------------------------------


def test_blocks_of_a_plain_network(view_of: ViewOf) -> None:
    """The longest stretch that repeats itself, as its smallest block."""
    (stages,) = view_of(vgg()).blocks()
    assert [len(stage.operations("Conv2D")) for stage in stages] == [2, 2, 2]
    assert [stage.steps[-1].kind for stage in stages] == ["MaxPooling2D"] * 3
    assert view_of(residual()).blocks() == ()


def test_blocks_of_a_residual_network(view_of: ViewOf) -> None:
    """Identity and projection are the same block, and a dropout in one of them changes nothing."""
    inputs = keras.Input((16, 16, 3))
    x = layers.ReLU()(layers.BatchNormalization()(conv(8, 3, padding="same")(inputs)))
    for number, (filters, strides) in enumerate([(8, 1), (16, 2), (16, 1)]):
        y = layers.ReLU()(layers.BatchNormalization()(conv(filters, 3, strides=strides, padding="same")(x)))
        y = layers.BatchNormalization()(conv(filters, 3, padding="same")(layers.Dropout(0.1)(y) if number else y))
        shortcut = x if strides == 1 else conv(filters, 1, strides=strides)(x)
        x = layers.ReLU()(layers.Add()([shortcut, y]))
    view = view_of(keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x))))
    (blocks,) = view.blocks()
    assert [block.steps[-1].kind for block in blocks] == ["ReLU"] * 3
    assert [len(block.operations("Add")) for block in blocks] == [1, 1, 1]
    assert blocks[0].steps[0].kind == "Conv2D"


def test_other_windows_are_another_block(view_of: ViewOf) -> None:
    """Kernels of another size are not a repetition, other numbers of filters are."""
    same = view_of(chain(conv(2), layers.ReLU(), conv(5), layers.ReLU()))
    other = view_of(chain(conv(2, 3), layers.ReLU(), conv(2, 5), layers.ReLU()))
    assert ([len(group) for group in same.blocks()], other.blocks()) == ([2], ())


# Paths ----------------------------------------------------------------------------------------------------------


def test_what_acts_in_training_only_is_looked_through(view_of: ViewOf) -> None:
    """Dropout does nothing in inference; one that stays in training mode does, and what is asked for is seen."""
    view = view_of(chain(layers.Dense(4), layers.Dropout(0.5), layers.GaussianNoise(0.1), layers.ReLU(), shape=(3,)))
    dense, dropout, _, relu = view.steps
    assert view.follows(dense, "ReLU")
    assert view.follows(dense, "Dropout", "ReLU")
    assert not view.follows(dense, "ReLU", exact=True)
    assert (view.before(relu), view.after(dense), view.after(dense, exact=True)) == ((dense,), (relu,), (dropout,))

    class Sampling(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense, self.dropout = layers.Dense(4), layers.Dropout(0.5)

        def call(self, x: Any) -> Any:
            return ops.relu(self.dropout(self.dense(x), training=True))

    sampling = Sampling()
    sampling(np.zeros((1, 3), "float32"))
    view = view_of(sampling)
    assert not view.follows(view.steps[0], "ReLU")


def test_augmentation_is_looked_through_as_well(view_of: ViewOf) -> None:
    """A flip at random does nothing in inference."""
    view = view_of(chain(layers.RandomFlip("horizontal"), conv()))
    assert view.before(view.layers("Conv2D")[0]) == ()


def test_dropout_on_the_short_way_leaves_it_an_identity(view_of: ViewOf) -> None:
    """It is named as a step of the path all the same."""
    convolution = conv(3, 3, padding="same")
    (shortcut,) = view_of(lambda x: layers.Dropout(0.5)(x) + convolution(x), (None, 8, 8, 3)).shortcuts()
    assert (shortcut.kind, [step.kind for step in shortcut.path]) == ("identity", ["Dropout"])


def test_between_reaches_to_the_output(view_of: ViewOf) -> None:
    """None stands for the model's input at one end, and for its output at the other."""
    view = view_of(vgg())
    last = view.layers("Conv2D")[-1]
    assert [step.kind for step in view.between(last, None)] == ["ReLU", "MaxPooling2D", "Flatten", "Dense"]
    assert view.between(None, None) == view.steps


def test_shared_layers(view_of: ViewOf) -> None:
    """Both places of a layer with weights are named; a relu that is used twice shares nothing."""
    shared, relu = layers.BatchNormalization(), layers.ReLU()
    view = view_of(chain(conv(), shared, relu, conv(), shared, relu))
    assert [step.kind for step in view.shared()] == ["BatchNormalization"] * 2
    assert view.shared("ReLU") == ()


# Counts ---------------------------------------------------------------------------------------------------------


def test_parameters_by_layer_and_trainability(view_of: ViewOf) -> None:
    """A frozen backbone has none that is trainable, a normalisation half of its own, a shared layer counts once."""
    backbone = chain(conv(4), layers.BatchNormalization(), shape=(8, 8, 3))
    backbone.trainable = False
    shared = layers.Dense(4)
    inputs = keras.Input((8, 8, 3))
    x = layers.GlobalAveragePooling2D()(backbone(inputs))
    view = view_of(keras.Model(inputs, layers.Dense(2)(layers.BatchNormalization()(shared(shared(x))))))
    assert view.count_parameters(trainable=True) == view.num_trainable_parameters == 20 + 8 + 10
    assert view.count_parameters() == view.num_parameters == 112 + 16 + 20 + 16 + 10
    assert view.count_parameters(view.layers("BatchNormalization"), trainable=True) == 8
    assert view.count_parameters(view.operations("Dense")) == 20 + 10
    first, second = view.layers("BatchNormalization")
    assert (first.num_trainable_parameters, second.num_trainable_parameters) == (0, 8)
    assert second.num_non_trainable_parameters == 8


def test_weights_without_layers_are_counted(view_of: ViewOf) -> None:
    """A convolution of a layer of the student's own is counted as Keras's is, and its weights have the same names."""

    class Own(layers.Layer):
        def build(self, shape: Any) -> None:
            self.w = self.add_weight(shape=(3, 3, shape[-1], 5), initializer="ones")
            self.b = self.add_weight(shape=(5,), initializer="zeros", trainable=False)

        def call(self, x: Any) -> Any:
            return ops.conv(x, self.w, padding="same") + self.b

    view = view_of(Own(), (None, 8, 8, 2))
    (step,) = view.layers("Conv2D")
    assert (step.num_parameters, step.num_trainable_parameters) == (95, 90)
    assert {name: array.shape for name, array in view.weights(step).items()} == {"kernel": (3, 3, 2, 5), "bias": (5,)}
    images = np.ones((1, 8, 8, 2), "float32")
    assert np.allclose(view.with_weights(step, kernel=0, bias=7).predict(images), 7)


# Weights and gradients ------------------------------------------------------------------------------------------


def test_given_weights(view_of: ViewOf) -> None:
    """A kernel of the suite's own gives the numbers that it should, and later changes win; the model stays."""
    view = view_of(chain(conv(1, 2), shape=(4, 4, 1)), weights=True)
    (step,) = view.steps
    images = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    before = view.predict(images)
    kernel = np.array([[1, 0], [0, -1]], "float32").reshape(2, 2, 1, 1)
    given = view.with_weights(step, kernel=kernel, bias=10)
    assert np.allclose(given.predict(images), 10 - 5)
    assert np.allclose(given.with_zero_weights(step).predict(images), 0)
    assert np.allclose(given.with_zero_weights().with_weights(step, bias=2).predict(images), 2)
    assert np.array_equal(given.weights(step)["kernel"], kernel)
    assert np.array_equal(view.predict(images), before)


def test_weights_of_layers_inside_a_layer(view_of: ViewOf) -> None:
    """They are called after the inner layer, so that none hides another."""
    view = view_of(lambda x: layers.MultiHeadAttention(2, 4)(x, x), (None, 5, 8))
    (step,) = view.steps
    names = [f"{part}/{kind}" for part in ("query", "key", "value", "attention_output") for kind in ("kernel", "bias")]
    assert sorted(view.weights(step)) == sorted(names)
    assert set(view.gradients(np.ones((1, 5, 8))).weights[step]) == set(names)


def test_given_weights_that_do_not_fit(view_of: ViewOf) -> None:
    """Another shape than asked for, or no such weight, is a sentence about the student's model."""
    view = view_of(chain(conv(1, 2, use_bias=False), layers.ReLU(), shape=(4, 4, 1)))
    images = np.zeros((1, 4, 4, 1))
    with pytest.raises(ModelRefused, match=r"`kernel` has the shape \(2, 2, 1, 1\), it was given \(3, 3\)"):
        view.with_weights(view.steps[0], kernel=np.zeros((3, 3))).predict(images)
    with pytest.raises(ModelRefused, match="no weight `bias`; its weights are: `kernel`"):
        view.with_weights(view.steps[0], bias=0).predict(images)
    with pytest.raises(ModelRefused, match="no weight `bias`; its weights are: none"):
        view.with_weights(view.steps[1], bias=0).predict(images)


def test_gradients_are_those_of_the_model(view_of: ViewOf) -> None:
    """For one dense layer they are known: the kernel's are the inputs, the inputs' are the kernel."""
    view = view_of(chain(layers.Dense(2), shape=(3,)))
    (dense,) = view.steps
    numbers = np.array([[1, 2, 3], [4, 5, 6]], "float32")
    found = view.gradients(numbers, of=[1, 0])
    assert np.allclose(found.inputs, np.tile(view.weights(dense)["kernel"][:, 0], (2, 1)))
    assert np.allclose(found.weights[dense]["kernel"], [[5, 0], [7, 0], [9, 0]])
    assert np.allclose(found.weights[dense]["bias"], [2, 0])


def test_dead_weights_have_no_gradient(view_of: ViewOf) -> None:
    """A branch whose result is multiplied by zero is wired in, and has no influence; softmax does not hide the rest."""

    class Dead(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.dead = conv(4, 3, padding="same"), conv(4, 3, padding="same")
            self.dense = layers.Dense(5, activation="softmax")

        def call(self, x: Any) -> Any:
            return self.dense(ops.mean(self.used(x) + 0 * self.dead(x), axis=(1, 2)))

    view = view_of(Dead(), (None, 8, 8, 3))
    images = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype("float32")
    dead = view.gradients(images).dead
    assert [view.follows(step, "Rescaling") for step in dead] == [True]
    assert len(view.layers("Conv2D")) == 2


def test_gradient_at_a_step_makes_a_class_activation_map(view_of: ViewOf) -> None:
    """For a global average and one dense layer the map's weights are that layer's kernel, divided by the area."""
    view = view_of(chain(conv(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(3), shape=(8, 8, 2)))
    convolution, _, dense = view.steps
    found = view.gradients(np.ones((2, 8, 8, 2), "float32"), of=np.eye(3)[1], at=convolution)
    assert found.at is not None
    assert found.at.shape == (2, 6, 6, 4)
    assert np.allclose(found.at[0, 0, 0], view.weights(dense)["kernel"][:, 1] / 36, atol=1e-6)


def test_gradients_in_training_mode_keep_nothing(view_of: ViewOf) -> None:
    """Batch statistics are used, and neither they nor given weights stay."""
    view = view_of(chain(conv(4), layers.BatchNormalization(), layers.Flatten(), layers.Dense(2), shape=(8, 8, 3)))
    images = np.random.default_rng(0).normal(3, size=(4, 8, 8, 3)).astype("float32")
    before = view.predict(images)
    in_training = view.gradients(images, training=True)
    in_inference = view.gradients(images)
    convolution = view.steps[0]
    # Behind a normalisation over the batch a constant has no influence, so the bias has no gradient but rounding.
    assert np.abs(in_training.weights[convolution]["bias"]).max() < 1e-4
    assert np.abs(in_inference.weights[convolution]["bias"]).max() > 1e-2
    assert set(in_inference.weights[view.steps[1]]) == {"gamma", "beta"}
    assert np.array_equal(view.predict(images), before)


def test_gradients_of_several_inputs_and_outputs(view_of: ViewOf) -> None:
    """They come in the structure of the inputs; each output has its own weights in the sum."""
    inputs = {"a": keras.Input((3,), name="a"), "b": keras.Input((3,), name="b", dtype="int32")}
    model = keras.Model(inputs, [inputs["a"] * 2, ops.cast(inputs["b"], "float32") * 3])
    view = view_of(model)
    numbers = {"a": np.ones((1, 3)), "b": np.ones((1, 3), int)}
    found = view.gradients(numbers, of=(1, 1))
    assert np.allclose(found.inputs["a"], 2)
    assert found.inputs["b"] is None
    with pytest.raises(ModelRefused, match="returns 2 tensors, 1 were expected"):
        view.gradients(numbers, of=1)


@pytest.mark.parametrize("names", [("scores", "box"), ("box", "scores")])
def test_gradients_of_outputs_by_name(view_of: ViewOf, names: tuple[str, str]) -> None:
    """What counts is said in the structure that the model returns, whatever the order of its names."""
    inputs = keras.Input((3,))
    model = keras.Model(inputs, {name: inputs * factor for name, factor in zip(names, (2, 3), strict=True)})
    view = view_of(model)
    for name, factor in zip(names, (2, 3), strict=True):
        found = view.gradients(np.ones((1, 3)), of={**dict.fromkeys(names, 0), name: 1})
        assert np.allclose(found.inputs, factor)
        assert np.allclose(view.predict(np.ones((1, 3)))[name], factor)
    with pytest.raises(ModelRefused, match="returns 2 tensors, under other names"):
        view.gradients(np.ones((1, 3)), of={"scores": 1})


# One meaning ----------------------------------------------------------------------------------------------------

SAME: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "mean over space": (lambda x: layers.GlobalAveragePooling2D()(x), lambda x: ops.mean(x, axis=[-3, -2])),
    "adaptive pooling": (
        lambda x: layers.GlobalAveragePooling2D(keepdims=True)(x),
        lambda x: layers.AdaptiveAveragePooling2D(1)(x),
    ),
    "enlarging": (
        lambda x: layers.UpSampling2D(2, interpolation="bilinear")(x),
        lambda x: layers.Resizing(16, 16)(x),
    ),
    "enlarging by a function": (
        lambda x: layers.UpSampling2D(2)(x),
        lambda x: ops.image.resize(x, (16, 16), interpolation="nearest"),
    ),
    "dropout of nothing": (lambda x: layers.ReLU()(x), lambda x: layers.Dropout(0)(ops.relu(x))),
    "sums": (lambda x: x + ops.sigmoid(x), lambda x: layers.Add()([ops.sigmoid(x), x])),
}


@pytest.mark.parametrize("name", SAME)
def test_ways_of_writing_are_one(view_of: ViewOf, name: str) -> None:
    """The same function is the same model, whichever layer or function it was written with, and computes the same."""
    one, two = (view_of(write, (None, 8, 8, 3)) for write in SAME[name])
    assert one.difference(two) == two.difference(one) == ""
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    assert np.allclose(one.predict(images), two.predict(images), atol=1e-5)


def test_separable_convolution_of_a_function(view_of: ViewOf) -> None:
    """`ops.separable_conv` with weights of the student's own is a SeparableConv2D."""

    class Own(layers.Layer):
        def build(self, shape: Any) -> None:
            self.depthwise = self.add_weight(shape=(3, 3, shape[-1], 1))
            self.pointwise = self.add_weight(shape=(1, 1, shape[-1], 6))

        def call(self, x: Any) -> Any:
            return ops.separable_conv(x, self.depthwise, self.pointwise, strides=2, padding="same")

    own = view_of(Own(), (None, 8, 8, 4))
    layer = view_of(layers.SeparableConv2D(6, 3, strides=2, padding="same", use_bias=False), (None, 8, 8, 4))
    assert own.difference(layer) == ""
    assert [step.kind for step in own.layers("*Conv2D")] == ["SeparableConv2D"]


# Differences ----------------------------------------------------------------------------------------------------


def _block(x: Any, *, merge: Any = ops.add, last: Any = ops.relu, filters: int = 3) -> Any:
    y = layers.Conv2D(filters, 3, padding="same", name="first")(x)
    y = layers.BatchNormalization(name="norm")(y)
    return last(merge(x, y))


DIFFERENCES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "setting": (
        lambda x: _block(layers.Conv2D(3, 5, padding="same", name="wide")(x)),
        "`first` (Conv2D) has kernel_size=(3, 3), in the other model `wide` has kernel_size=(5, 5)",
    ),
    "kind": (lambda x: _block(x, last=ops.sigmoid), "comes `relu` (ReLU), in the other model `sigmoid` (Sigmoid)"),
    "merge": (lambda x: _block(x, merge=ops.maximum), "comes `add` (Add), in the other model `maximum` (Maximum)"),
    "goes on": (
        lambda x: ops.sigmoid(_block(x)),
        "the other model has `sigmoid` (Sigmoid) as well, which takes `relu`",
    ),
    "branch added to itself": (lambda x: _block(x, merge=lambda x, y: y + y), "`add` (Add) takes the input and `norm`"),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_is_said_in_words(view_of: ViewOf, name: str) -> None:
    """The first place where two models differ is named, whichever way round they are compared."""
    write, words = DIFFERENCES[name]
    one, two = view_of(_block, (None, 8, 8, 3)), view_of(write, (None, 8, 8, 3))
    assert words in one.difference(two)
    assert two.difference(one)
    assert one.same_as(view_of(lambda x: _block(x, merge=lambda x, y: layers.Add()([y, x])), (None, 8, 8, 3)))


def test_a_difference_in_a_setting_names_both_values(view_of: ViewOf) -> None:
    """Where one layer stands at the same place with another setting, the setting is named."""
    one, two = (view_of(chain(conv(n), layers.Flatten())) for n in (8, 4))
    assert "has filters=8, in the other model" in one.difference(two)
    assert one.difference(two).endswith("has filters=4")
    frozen = chain(conv(8), layers.Flatten())
    frozen.layers[0].trainable = False
    assert "is trainable, in the other model" in one.difference(view_of(frozen))


def test_a_training_flag_is_a_difference(view_of: ViewOf) -> None:
    """It is one where the step computes another thing in training, and none for a convolution."""

    class Told(keras.Model):
        def __init__(self, flag: bool | None) -> None:
            super().__init__()
            self.flag, self.convolution, self.norm = flag, conv(), layers.BatchNormalization(name="norm")

        def call(self, x: Any, training: bool = False) -> Any:
            return self.norm(self.convolution(x), training=training if self.flag is None else self.flag)

    views = []
    for flag in (None, False):
        model = Told(flag)
        model(np.zeros((1, 8, 8, 3), "float32"))
        views.append(view_of(model))
    words = "`norm` (BatchNormalization) follows the model's mode, in the other model `norm` stays in inference mode"
    assert views[0].difference(views[1]) == words


def test_a_shared_layer_is_a_difference(view_of: ViewOf) -> None:
    """One layer in two places is not two equal layers, and two uses are not one."""
    inputs = keras.Input((4,))
    once, twice = layers.Dense(4), [layers.Dense(4), layers.Dense(4)]
    shared = view_of(keras.Model(inputs, once(once(inputs))))
    own = view_of(keras.Model(inputs, twice[1](twice[0](inputs))))
    assert "one layer in several places" in shared.difference(own)
    assert "one layer in several places" in own.difference(shared)
    doubled, summed = (view_of(write, (None, 4)) for write in (lambda x: _sum_of(x, 1), lambda x: _sum_of(x, 2)))
    assert "is computed 1 times, in the other model 2 times" in doubled.difference(summed)


def _sum_of(x: Any, count: int) -> Any:
    results = [layers.Dense(4, activation="relu")(x) for _ in range(count)]
    return results[0] + results[-1]


# Marked places --------------------------------------------------------------------------------------------------


def test_a_message_brings_the_model_with_it(view_of: ViewOf) -> None:
    """It is the sentence alone wherever a string is expected."""
    view = view_of(vgg())
    message = view.marked("two poolings", view.operations("MaxPooling2D")[:2])
    assert isinstance(message, Marked)
    assert (str(message), f"{message}", message) == ("two poolings",) * 3
    assert [row.kind for row in message.picture.rows if row.is_marked] == ["MaxPooling2D"] * 2
    assert not [row for row in view.marked("none").picture.rows if row.is_marked]


def test_rows_take_from_rows_above(view_of: ViewOf) -> None:
    """Inputs are rows too, and a shortcut takes from two rows."""
    rows = view_of(residual()).picture().rows
    assert [row.kind for row in rows[:2]] == ["Input", "Conv2D"]
    assert all(taken < place for place, row in enumerate(rows) for taken in row.takes)
    (addition,) = [row for row in rows if row.kind == "Add"]
    assert {rows[taken].number for taken in addition.takes} == {0, 3}


def test_of_a_large_model_the_neighbourhood_is_shown(view_of: ViewOf) -> None:
    """The marked steps are there with what is around them; the rest is counted."""
    view = view_of(chain(*(layers.Dense(4) for _ in range(200)), shape=(4,)))
    rows = view.picture(view.steps[100]).rows
    assert [row.number for row in rows if row.is_marked] == [100]
    assert sum(row.left_out or row.number is not None for row in rows) == 200
    assert len(rows) < 20
    assert all(rows[place].takes == (place - 1,) for place in range(1, len(rows)))
    assert len(view.picture().rows) == 40 + 2
    assert "... 160 more" not in view.table()


def test_a_step_of_another_model_is_the_suites_mistake(view_of: ViewOf) -> None:
    """Marking it is no student's fault."""
    one, other = view_of(vgg()), view_of(vgg())
    with pytest.raises(ValueError, match="a step of another model"):
        one.marked("x", other.steps[0])


def test_marked_table(view_of: ViewOf) -> None:
    """An arrow stands before the line, and nothing where nothing is marked."""
    view = view_of(vgg())
    plain, marked = view.table().splitlines(), view.table(view.steps[3]).splitlines()
    assert [line for line in marked if line.startswith("->")] == [marked[4]]
    assert not [line for line in plain if "->" in line]
    assert len(plain) == len(marked) == len(view.steps) + 2
