"""A suite sees what a model means, not how it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops
from zoo import SPECIMENS

from autograder.errors import ModelRefused
from autograder.models.view import ModelView

ViewOf = Callable[..., ModelView]

FAMILIES: dict[str, list[str]] = defaultdict(list)
for each in SPECIMENS.values():
    FAMILIES[each.family].append(each.name)
SAME = [
    (members[0], other)
    for family, members in FAMILIES.items()
    if family != "opaque" and not family.startswith("not ")
    for other in members[1:]
]
NEAR_MISSES = [
    (FAMILIES[family.removeprefix("not ")][0], other)
    for family, members in FAMILIES.items()
    if family.startswith("not ")
    for other in members
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_style_is_not_seen(view_of: ViewOf, one: str, other: str) -> None:
    """Members of a family are the same to a check."""
    left, right = view_of(one), view_of(other)
    assert left.difference(right) == right.difference(left) == ""
    assert left.num_parameters == right.num_parameters
    assert left.num_trainable_parameters == right.num_trainable_parameters
    assert [s.kind for s in left.shortcuts()] == [s.kind for s in right.shortcuts()]


@pytest.mark.parametrize(("one", "other"), NEAR_MISSES)
def test_meaning_is_seen(view_of: ViewOf, one: str, other: str) -> None:
    """A near-miss is another thing to a check."""
    left, right = view_of(one), view_of(other)
    assert left.difference(right)
    assert right.difference(left)


def test_facts_of_a_classifier(view_of: ViewOf) -> None:
    """Shapes and counts are those of the rebuilt model."""
    view = view_of("classifier_subclassed")
    assert (view.input_shape, view.output_shape) == ((None, 16, 16, 3), (None, 10))
    assert view.num_parameters == (27 + 1) * 8 + (8 * 8 * 8 + 1) * 16 + 17 * 10
    assert (view.num_trainable_parameters, view.num_non_trainable_parameters) == (view.num_parameters, 0)
    assert [step.kind for step in view.steps] == [
        "Conv2D", "ReLU", "MaxPooling2D", "Flatten", "Dense", "ReLU", "Dropout", "Dense", "Softmax",
    ]  # fmt: skip
    assert view.layers("Conv2D")[0].config["kernel_size"] == (3, 3)
    assert view.operations("*Pooling2D")[0].input_shape == (None, 16, 16, 8)
    assert view.operations(("Softmax", "Dropout")) == (view.steps[6], view.steps[8])


def test_every_convolution_goes_to_normalisation_and_relu(view_of: ViewOf) -> None:
    """`follows` holds on every path, in the order that is asked for."""
    right, wrong = view_of("normalised_functional"), view_of("relu_before_normalisation")
    assert all(right.follows(step, "BatchNormalization", "ReLU") for step in right.layers("Conv2D"))
    assert not any(wrong.follows(step, "BatchNormalization") for step in wrong.layers("Conv2D"))
    assert all(wrong.follows(step, "BatchNormalization", through=("ReLU",)) for step in wrong.layers("Conv2D"))


def test_follows_means_every_path(view_of: ViewOf) -> None:
    """One path around the normalisation is enough to fail; so is an end of the model."""
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3)(inputs)
    view = view_of(keras.Model(inputs, layers.BatchNormalization()(x) + x))
    (convolution,) = view.layers("Conv2D")
    assert not view.follows(convolution, "BatchNormalization")
    assert {step.kind for step in view.after(convolution)} == {"BatchNormalization", "Add"}
    last = view_of(keras.Model(inputs, [x, layers.BatchNormalization()(x)]))
    assert not last.follows(last.layers("Conv2D")[0], "BatchNormalization")


def test_looking_through_dropout(view_of: ViewOf) -> None:
    """Dropout is a step, and is looked through on paths where nothing else is asked for."""
    view = view_of("classifier_functional")
    first, second = view.layers("Dense")
    (dropout,) = view.layers("Dropout")
    assert view.before(second, exact=True) == (dropout,)
    assert [step.kind for step in view.before(second)] == ["ReLU"]
    assert view.follows(first, "ReLU", "Dense")
    assert dropout in view.between(first, second)
    assert view.between(None, view.steps[1]) == (view.steps[0],)


def test_a_layer_in_two_places(view_of: ViewOf) -> None:
    """It is two operations and one layer."""
    view = view_of("one_normalisation_in_two_places")
    uses = view.operations("BatchNormalization")
    assert (len(uses), len(view.layers("BatchNormalization"))) == (2, 1)
    assert view.uses(uses[0]) == uses
    assert len(view.layers("ReLU")) == 2  # what has no weights is not shared


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("normalised_functional", "follows"),
        ("normalised_subclassed", "follows"),
        ("normalisation_never_trains", "never"),
        ("normalisation_always_trains", "always"),
        ("normalisation_without_the_flag", "never"),
    ],
)
def test_training_flag_of_normalisation(view_of: ViewOf, name: str, flag: str) -> None:
    """What a layer is told in `fit` and `predict` is a fact of its step, and of what it computes."""
    view = view_of(name)
    (step, *_) = view.layers("BatchNormalization")
    assert step.training == flag
    images = np.random.default_rng(0).normal(3, 2, size=(6, 16, 16, 3)).astype("float32")
    inference, training = view.predict(images, at=step), view.predict(images, training=True, at=step)
    assert np.allclose(inference, training, atol=1e-4) == (flag != "follows")
    assert np.allclose(training.mean((0, 1, 2)), 0, atol=1e-3) == (flag != "never")


def test_functional_models_override_the_flag(view_of: ViewOf) -> None:
    """Keras itself does so in `fit` and `predict`: `training=False` in a functional model means nothing there."""
    assert [step.training for step in view_of("flag_in_a_functional_model").steps] == ["follows", "follows"]


def test_a_flag_leaks_in_keras(view_of: ViewOf) -> None:
    """`training=False` for one layer is what Keras tells the next one that is told nothing."""
    assert [step.training for step in view_of("flag_leaks_to_dropout").steps] == ["never", "never"]


def test_frozen_layers(view_of: ViewOf) -> None:
    """They are marked, and their parameters are not trainable."""
    view = view_of("frozen_base")
    assert [step.trainable for step in view.layers()] == [False, False, True, True]
    (dense,) = view.layers("Dense")
    assert view.num_trainable_parameters == dense.num_parameters


def test_steps_of_training_where_python_branches(view_of: ViewOf) -> None:
    """A branch on the flag shows what happens in training; predictions take the right one."""
    view = view_of("branch_on_the_flag")
    assert [step.kind for step in view.steps] == ["GaussianNoise", "Dense"]
    numbers = np.ones((3, 5), "float32")
    assert np.allclose(view.predict(numbers), view.predict(numbers)[0])
    assert not np.allclose(view.predict(numbers, training=True), view.predict(numbers))


def test_unused_layers(view_of: ViewOf) -> None:
    """Created and never called, or called for nothing: both lead to no output."""
    view = view_of("classifier_with_a_dead_pooling")
    assert {(layer.kind, layer.called) for layer in view.unused} == {("MaxPooling2D", False), ("Conv2D", True)}
    assert len(view.layers("*Pooling*")) == len(view.layers("Conv2D")) == 1
    assert view_of("classifier_subclassed").unused == ()


# Shortcuts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES["residual block"])
def test_identity_shortcut(view_of: ViewOf, name: str) -> None:
    """The input of the block is joined with what two convolutions made of it."""
    view = view_of(name)
    (shortcut,) = view.shortcuts()
    assert (shortcut.kind, shortcut.num_convolutions, shortcut.start, shortcut.path) == ("identity", 2, None, ())
    assert Counter(step.kind for step in shortcut.branch) == {"Conv2D": 2, "BatchNormalization": 2, "ReLU": 1}
    assert view.follows(shortcut.merge, "ReLU")


@pytest.mark.parametrize("name", FAMILIES["projected block"])
def test_projected_shortcut(view_of: ViewOf, name: str) -> None:
    """A convolution on the short way is a projection."""
    (shortcut,) = view_of(name).shortcuts()
    assert (shortcut.kind, shortcut.num_convolutions, shortcut.start) == ("projection", 2, None)
    assert [step.config["kernel_size"] for step in shortcut.path] == [(1, 1)]


@pytest.mark.parametrize(
    "name",
    ["block_adds_the_branch_to_itself", "block_concatenates", "block_returns_its_input", "block_parallel_branches"],
)
def test_what_is_no_shortcut(view_of: ViewOf, name: str) -> None:
    """A sum of the same tensor, of equal branches, or something else than a sum, is none."""
    assert view_of(name).shortcuts() == ()


def test_a_shortcut_that_starts_too_late(view_of: ViewOf) -> None:
    """It begins after the first convolution, and skips one."""
    (shortcut,) = view_of("block_shortcut_too_late").shortcuts()
    assert shortcut.start is not None
    assert (shortcut.start.kind, shortcut.num_convolutions, shortcut.kind) == ("ReLU", 1, "identity")


def test_an_activation_on_the_short_way(view_of: ViewOf) -> None:
    """That is neither an identity nor a projection."""
    (shortcut,) = view_of("block_with_an_activation_on_the_shortcut").shortcuts()
    assert (shortcut.kind, [step.kind for step in shortcut.path]) == ("other", ["ReLU"])


def test_two_outputs_of_a_split_are_two_tensors(view_of: ViewOf) -> None:
    """Adding one half of the channels to a convolution of the other half is no shortcut."""
    convolution = layers.Conv2D(2, 3, padding="same")

    def halves(x: Any) -> Any:
        left, right = ops.split(x, 2, axis=-1)
        return left + convolution(right)

    assert view_of(halves, (None, 8, 8, 4)).shortcuts() == ()


def test_sums_of_sums_are_one_merge(view_of: ViewOf) -> None:
    """`x + a + b` has one shortcut, around both branches."""
    one, other = (layers.Conv2D(4, 3, padding="same") for _ in range(2))
    (shortcut,) = view_of(lambda x: x + one(x) + other(x), (None, 8, 8, 4)).shortcuts()
    assert shortcut.kind == "identity"
    assert {step.kind for step in shortcut.branch} >= {"Conv2D"}


def test_stacked_blocks(view_of: ViewOf) -> None:
    """Each block has its own shortcut, which starts where the block before it ends."""
    blocks = [SPECIMENS[name].make() for name in ("block_function_add_layer", "block_of_a_sequential_branch")]
    view = view_of(lambda x: blocks[1](blocks[0](x)), (None, 8, 6, 4))
    first, second = view.shortcuts()
    assert first.start is None
    assert second.start is not None
    assert view.before(second.start) == (first.merge,)


def test_shortcuts_that_concatenate(view_of: ViewOf) -> None:
    """Those of an encoder-decoder are found when they are asked for."""
    inputs = keras.Input((8, 8, 3))
    encoded = layers.Conv2D(4, 3, padding="same")(inputs)
    x = layers.UpSampling2D()(layers.Conv2D(8, 3, padding="same")(layers.MaxPooling2D()(encoded)))
    view = view_of(keras.Model(inputs, layers.Conv2D(1, 1)(layers.Concatenate()([encoded, x]))))
    (shortcut,) = view.shortcuts("Concatenate")
    assert (shortcut.kind, shortcut.start) == ("identity", view.layers("Conv2D")[0])
    assert view.shortcuts() == ()


# Behaviour ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*FAMILIES["residual block"], *FAMILIES["projected block"]])
def test_a_branch_at_zero_leaves_the_shortcut(view_of: ViewOf, name: str) -> None:
    """With the branch's weights at zero the sum is the short way alone."""
    view = view_of(name)
    (shortcut,) = view.shortcuts()
    images = np.random.default_rng(0).normal(size=(3, 8, 6, 4)).astype("float32")
    alone = view.predict(images, at=shortcut.path[-1]) if shortcut.path else images
    zeroed = view.with_zero_weights(shortcut.branch)
    assert np.allclose(zeroed.predict(images, at=shortcut.merge), alone, atol=1e-6)
    assert np.allclose(zeroed.predict(images), np.maximum(alone, 0), atol=1e-6)
    assert not np.allclose(view.predict(images), np.maximum(alone, 0), atol=1e-3)


def test_zero_weights_are_of_the_copy_only(view_of: ViewOf) -> None:
    """The model itself keeps what it had; moving statistics stay in both."""
    view = view_of("normalised_functional")
    images = np.ones((2, 16, 16, 3), "float32")
    before = view.predict(images)
    zeroed = view.with_zero_weights()
    assert not zeroed.predict(images).any()
    assert np.array_equal(view.predict(images), before)
    (step, *_) = view.layers("BatchNormalization")
    weights = zeroed.weights(step)
    assert not weights["gamma"].any()
    assert weights["moving_variance"].all()
    assert view.weights(step)["gamma"].all()


def test_predictions_leave_nothing_behind(view_of: ViewOf) -> None:
    """Running in training mode changes neither statistics nor the next random mask."""
    view = view_of("normalisation_always_trains")
    images = np.random.default_rng(0).normal(2, size=(4, 16, 16, 3)).astype("float32")
    before, in_training = view.predict(images), view.predict(images, training=True)
    assert np.array_equal(view.predict(images, training=True), in_training)
    assert np.array_equal(view.predict(images), before)


def test_output_at_a_step(view_of: ViewOf) -> None:
    """Any step can be looked at, also the part of a layer before its activation."""
    view = view_of("classifier_sequential")
    convolution, relu, *_ = view.steps
    images = np.random.default_rng(0).normal(size=(2, 16, 16, 3)).astype("float32")
    before, after = view.predict(images, at=convolution), view.predict(images, at=relu)
    assert before.min() < 0
    assert np.allclose(np.maximum(before, 0), after)


def test_many_images(view_of: ViewOf) -> None:
    """They go through in pieces, and come back whole and in order."""
    view = view_of("classifier_sequential")
    images = np.random.default_rng(0).normal(size=(300, 16, 16, 3)).astype("float32")
    assert np.allclose(view.predict(images)[250:260], view.predict(images[250:260]), atol=1e-6)


def test_structures_of_inputs_and_outputs(view_of: ViewOf) -> None:
    """Several inputs and outputs keep their form."""
    several = view_of("several_outputs")
    assert several.output_shape == ((None, 144), (None, 4))
    assert [each.shape for each in several.predict(np.zeros((2, 8, 8, 3)))] == [(2, 144), (2, 4)]
    named = view_of("dict_of_outputs")
    scores = named.predict(np.ones((2, 4)))
    assert np.allclose(scores["twice"], 2 * scores["once"])
    by_name = view_of("dict_of_inputs")
    assert by_name.input_shape == {"image": (None, 4, 4, 1), "size": (None, 1)}
    assert by_name.predict({"image": np.zeros((3, 4, 4, 1)), "size": np.zeros((3, 1))}).shape == (3, 2)


def test_images_that_do_not_fit(view_of: ViewOf) -> None:
    """A model for other images is the student's matter, told in a sentence."""
    with pytest.raises(ModelRefused, match=r"takes images of shape \(16, 16, 3\)"):
        view_of("classifier_sequential").predict(np.zeros((2, 28, 28, 1)))


def test_steps_of_another_model(view_of: ViewOf) -> None:
    """A suite that mixes two models up is told so, and not the student."""
    one, other = view_of("classifier_sequential"), view_of("classifier_functional")
    with pytest.raises(ValueError, match="another model"):
        one.before(other.steps[3])


# What cannot be opened ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES["opaque"])
def test_opaque_parts(view_of: ViewOf, name: str) -> None:
    """They are named with a reason, nothing is counted or predicted, and the rest stays visible."""
    view = view_of(name)
    (part,) = view.opaque
    assert part.reason
    assert view.operations("Opaque")
    for ask in (lambda: view.num_parameters, lambda: view.predict(np.zeros((2, 5)))):
        with pytest.raises(ModelRefused, match=part.name):
            ask()
    assert part.name in view.table()


def test_the_rest_of_a_model_with_an_opaque_part(view_of: ViewOf) -> None:
    """Layers around the part have their shapes and settings."""
    view = view_of("opaque_numpy")
    assert [step.kind for step in view.steps] == ["Dense", "Opaque", "Dense"]
    assert [step.output_shape for step in view.steps] == [(None, 4), (None, 4), (None, 2)]


# The table ------------------------------------------------------------------------------------------------------


def test_table(view_of: ViewOf) -> None:
    """One line for each step, with what is worth knowing, and the sums below."""
    table = view_of("normalisation_never_trains").table()
    assert "Conv2D" in table
    assert "filters=4 kernel_size=3x3" in table
    assert "always in inference mode" in table
    assert table.splitlines()[-1] == "178 parameters, 170 trainable"
