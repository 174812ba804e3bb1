"""Models learn boxes and masks as they learn classes, and what is frozen stays as it is."""

import contextlib

import keras
import numpy as np
import pytest
from keras import layers

from autograder.datasets import load
from autograder.errors import AssignmentError, ModelRefused
from autograder.models.graph import ModelGraph
from autograder.models.trace import trace
from autograder.records import Evidence, GradeId, Measure, TrainingRecord, from_json, to_json
from autograder.secret import CourseSecret
from autograder.settings import Recipe, Task
from autograder.training import tasks, trainer
from autograder.training.images import HeldImages
from autograder.training.service import TrainingService

QUESTION = GradeId("model")
ACCURACY, IOU = Measure.ACCURACY, Measure.IOU


class Runtime:
    """Trains in this process, and remembers what it was given."""

    def __init__(self):
        self.handlers = trainer.handlers()
        self.given = {}

    def ask(self, op, /, *, timeout_s=None, **args):
        """Answer as a child does."""
        self.given.update(args)
        return self.handlers[op](**args)


@pytest.fixture
def service(tmp_path):
    """Return a service whose runtimes are listed."""
    runtimes = []

    @contextlib.contextmanager
    def open_trainer(place):
        runtimes.append(Runtime())
        yield runtimes[-1]

    made = TrainingService(
        secret=CourseSecret("s"), cache_folder=tmp_path, open_trainer=open_trainer, slots_folder=tmp_path / "slots"
    )
    made.runtimes = runtimes
    return made


def recipe(task=Task.LOCALIZATION, **changes):
    """Return a recipe that takes a moment."""
    defaults = {"dataset": "shapes", "num_train": 60, "num_test": 40, "epochs": 2, "batch_size": 20, "attempts": 1}
    return Recipe(task=task, **{**defaults, **changes})


def graph(model, weights=False):
    """Return a model as data."""
    return ModelGraph.from_data(trace(model, weights=weights))


def features(shape=(32, 32, 3)):
    """Return the input of a small network, and maps of a quarter of its size."""
    inputs = keras.Input(shape)
    x = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu")(layers.Rescaling(1 / 255)(inputs))
    return inputs, layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)


def localizer(arrange=lambda scores, box: [scores, box], activation="softmax"):
    """Return a model with two heads, in the structure that is asked for."""
    inputs, x = features()
    x = layers.Flatten()(x)
    scores, box = layers.Dense(10, activation=activation)(x), layers.Dense(4, activation="sigmoid")(x)
    return keras.Model(inputs, arrange(scores, box))


def segmenter(activation="sigmoid", is_flat=False):
    """Return an encoder and decoder."""
    inputs, x = features()
    x = layers.Conv2DTranspose(6, 2, strides=2, activation="relu")(x)
    x = layers.Conv2DTranspose(1, 2, strides=2, activation=activation)(x)
    return keras.Model(inputs, layers.Reshape((32, 32))(x) if is_flat else x)


def train(service, model, chosen, measure=None, **options):
    """Train a model."""
    made = model if isinstance(model, ModelGraph) else graph(model)
    return service.train(made, question=QUESTION, recipe_name="r", recipe=chosen, measure=measure, **options)


@pytest.mark.parametrize(
    "arrange",
    [
        lambda scores, box: [scores, box],
        lambda scores, box: (box, scores),
        lambda scores, box: {"class": scores, "box": box},
        lambda scores, box: {"a_box": box, "scores": scores},
    ],
    ids=["list", "the other way", "dict", "dict, the other way"],
)
def test_two_outputs_are_trained_in_any_structure(service, arrange):
    """Both heads learn, and both measures are known of one training."""
    by_class = train(service, localizer(arrange), recipe())
    by_box = train(service, localizer(arrange), recipe(), IOU)
    assert len(service.runtimes) == 1
    assert (by_class.measure, by_box.measure) == (ACCURACY, IOU)
    assert by_box.value == max(by_box.attempts[0].test) > 0.03
    assert by_class.attempts[0].loss == by_box.attempts[0].loss
    assert np.array(by_class.confusion).trace() / 40 == pytest.approx(by_class.test_accuracy)
    assert from_json(to_json(by_box), TrainingRecord) == by_box


def test_a_result_in_another_measure_has_no_accuracy(service):
    """`test_accuracy` is never an overlap."""
    with pytest.raises(TypeError, match="has no test_accuracy: ask for its value"):
        _ = train(service, localizer(), recipe(epochs=1), IOU).test_accuracy


@pytest.mark.slow
@pytest.mark.parametrize("flip", [False, True])
def test_boxes_and_masks_are_learnt(service, flip):
    """Training brings both close, also where images are mirrored: targets move with them."""
    few = {"num_train": 600, "num_test": 200, "epochs": 8, "learning_rate": 3e-3, "flip": flip}
    boxes = train(service, localizer(), recipe(**few), IOU)
    assert boxes.value > 0.35, boxes.attempts
    assert train(service, segmenter(), recipe(Task.SEGMENTATION, **few)).value > 0.4


@pytest.mark.parametrize(
    ("activation", "is_flat"), [("sigmoid", False), (None, False), ("sigmoid", True)], ids=["map", "logits", "flat"]
)
def test_masks_are_trained_from_probabilities_and_logits(service, activation, is_flat):
    """A last axis is optional; there are no classes to confuse, and no images to show."""
    record = train(service, segmenter(activation, is_flat), recipe(Task.SEGMENTATION, epochs=1))
    assert (record.measure, record.confusion, record.mistakes) == (IOU, (), ())
    assert 0 <= record.value <= 1
    assert 0.5 < record.attempts[0].loss[0] < 0.9


@pytest.mark.slow
def test_logits_of_masks_count_as_their_probabilities(service):
    """The same weights, with the sigmoid in the model or left to the loss, come to the same."""
    logits = segmenter(None)
    probable = keras.Model(logits.inputs, layers.Activation("sigmoid")(logits.outputs[0]))
    found = [
        train(service, graph(each, weights=True), recipe(Task.SEGMENTATION), keeps_weights=True)
        for each in (logits, probable)
    ]
    assert found[0].attempts[0].test == pytest.approx(found[1].attempts[0].test, abs=0.02)
    assert found[0].attempts[0].train == pytest.approx(found[1].attempts[0].train, abs=0.02)


@pytest.mark.parametrize("task", Task)
def test_what_is_known_of_held_out_images_stays_here(service, task):
    """Labels, boxes and masks of these never enter the process that trains."""
    model = {
        Task.CLASSIFICATION: lambda: localizer(lambda scores, box: scores),
        Task.LOCALIZATION: localizer,
        Task.SEGMENTATION: segmenter,
    }[task]()
    train(service, model, recipe(task, epochs=1))
    given = service.runtimes[0].given
    held_out = service.data(recipe(task))
    assert set(given["known"]) == set(task.needs)
    arrays = [value for value in (*given.values(), *given["known"].values()) if isinstance(value, np.ndarray)]
    assert any(np.array_equal(held_out.test_images, array) for array in arrays)
    for secret in (held_out.test_labels, held_out.test_boxes, held_out.test_masks):
        assert not any(np.array_equal(secret, array) for array in arrays)


@pytest.mark.parametrize(
    ("task", "model", "needed"),
    [
        (Task.LOCALIZATION, segmenter, r"two outputs are needed: class scores \(None, 10\) and a box \(None, 4\)"),
        (Task.SEGMENTATION, localizer, r"\(None, 32, 32, 1\) is needed"),
        (Task.CLASSIFICATION, localizer, r"\(None, 10\) is needed"),
    ],
)
def test_a_model_for_another_task_is_refused(service, task, model, needed):
    """The sentence says what is needed."""
    with pytest.raises(ModelRefused, match=needed):
        train(service, model(), recipe(task, epochs=1))


def test_a_data_set_that_does_not_know_enough_is_refused(service):
    """The instructor reads what is missing, and where it is."""
    why = "needs the boxes of its images, and cifar10 has none: choose another data set (shapes, shapes-grey, shapes-tr"
    with pytest.raises(AssignmentError) as error:
        train(service, localizer(), recipe(dataset="cifar10"))
    assert why in error.value.message


def test_a_measure_that_a_task_does_not_have_is_refused(service):
    """A check cannot ask for the overlap of classes."""
    with pytest.raises(AssignmentError, match="its task, classification, has accuracy"):
        train(service, localizer(lambda scores, box: scores), recipe(Task.CLASSIFICATION), IOU)


def test_training_stops_when_every_floor_of_the_question_is_reached(service):
    """A check in another measure then finds its answer in the cache."""
    floors = {QUESTION: 0.001, f"{QUESTION}.iou": 0.001}
    by_class, by_box = (train(service, localizer(), recipe(epochs=5, floors=floors), each) for each in (ACCURACY, IOU))
    assert len(service.runtimes) == 1
    assert (by_class.floor, by_box.floor) == (0.001, 0.001)
    assert len(by_box.attempts[0].loss) == 1


@pytest.mark.slow
def test_what_was_stopped_answers_no_higher_floor_of_another_measure(service):
    """It is trained on, and the first verdict stays as it was."""
    low = recipe(epochs=3, floors={QUESTION: 0.001})
    both = recipe(epochs=3, floors={QUESTION: 0.001, f"{QUESTION}.iou": 0.99})
    first = train(service, localizer(), low)
    missed = train(service, localizer(), both, IOU)
    assert (len(first.attempts[0].loss), len(missed.attempts[0].loss)) == (1, 3)
    assert train(service, localizer(), low) == first
    assert len(service.runtimes) == 2


def test_mirrored_targets_are_those_of_mirrored_images():
    """The box and the mask of a mirrored image are found in it by eye, so to speak."""
    data = load("shapes", num_train=30, num_test=1, seed=0)
    chosen = np.arange(30) % 2 == 0
    places = np.where(chosen, -1 - np.arange(30), np.arange(30)).astype("int32")
    images = keras.ops.convert_to_numpy(HeldImages(data.train_images, flip=True)(places))
    masks = tasks.mirrored("masks", data.train_masks, chosen)
    boxes = tasks.mirrored("boxes", data.train_boxes, chosen)
    for number in range(30):
        step = -1 if chosen[number] else 1
        assert np.array_equal(images[number], data.train_images[number][:, ::step])
        assert np.array_equal(masks[number], data.train_masks[number][:, ::step])
        columns = np.flatnonzero(masks[number].any(axis=0))
        found = [columns[0] / 32, (columns[-1] - columns[0] + 1) / 32]
        assert boxes[number, ::2].tolist() == pytest.approx(found, abs=1e-6)
    assert np.array_equal(boxes[:, 1::2], data.train_boxes[:, 1::2])
    assert np.array_equal(tasks.mirrored("scores", data.train_labels, chosen), data.train_labels)


def test_weights_of_the_student_s_are_judged_by_the_recipe_s_task(service):
    """What comes back may be in any order, and logits of masks count as such."""
    data = service.data(recipe())
    right = [data.test_boxes, np.eye(10)[data.test_labels]]
    given = {"question": QUESTION, "recipe_name": "r", "evidence": Evidence.WEIGHTS}
    judged = service.evaluate(right, recipe=recipe(floors={"model.iou": 0.4}), measure=IOU, **given)
    assert (judged.value, judged.floor, judged.measure) == (1.0, 0.4, IOU)
    assert service.evaluate(right[::-1], recipe=recipe(), **given).test_accuracy == 1.0
    logits = np.where(data.test_masks, 3.0, -3.0)[..., None]
    assert service.evaluate([logits], recipe=recipe(Task.SEGMENTATION), **given).value == 1.0


# What is frozen


class Transfer(keras.Model):
    """A classifier on top of a backbone that always runs in inference: in a subclass Keras heeds that flag."""

    def __init__(self, backbone, head):
        super().__init__()
        self.scale, self.backbone, self.head = layers.Rescaling(1 / 255), backbone, head

    def call(self, x, training=False):
        """Return the scores."""
        return self.head(self.backbone(self.scale(x), training=False), training=training)


def transfer(is_frozen=True, training=False, unfrozen=(), is_subclass=False):
    """Return a classifier on top of a backbone with batch normalisation, whose statistics are not those of images."""
    backbone = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(6, 3, strides=2, name="first"),
            layers.BatchNormalization(name="first_norm"),
            layers.ReLU(),
            layers.Conv2D(6, 3, strides=2, name="last"),
            layers.BatchNormalization(momentum=0.9, name="last_norm"),
            layers.ReLU(),
        ]
    )
    rng = np.random.default_rng(0)
    for layer in backbone.layers:
        layer.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
    backbone.trainable = not is_frozen
    for name in unfrozen:
        backbone.get_layer(name).trainable = True
    head = keras.Sequential(
        [
            keras.Input(backbone.output_shape[1:]),
            layers.GlobalAveragePooling2D(),
            layers.BatchNormalization(momentum=0.9, name="own_norm"),
            layers.Dense(5, activation="softmax", kernel_initializer="zeros"),
        ]
    )
    inputs = keras.Input((32, 32, 3))
    if is_subclass:
        model = Transfer(backbone, head)
        model(np.zeros((1, 32, 32, 3)))
        return model
    x = backbone(layers.Rescaling(1 / 255)(inputs), **({} if training is None else {"training": training}))
    return keras.Model(inputs, head(x))


def training_of(model):
    """Return a training on some images."""
    data = load("shapes-transfer", num_train=60, num_test=20, seed=0)
    return trainer.Training(
        graph=trace(model, weights=True),
        task="classification",
        images=data.train_images,
        known={"labels": data.train_labels},
        held_out=data.test_images,
        num_classes=5,
        seed=0,
        epochs=2,
        batch_size=20,
        optimizer="sgd",
        learning_rate=0.05,
        schedule="constant",
        flip=False,
        keeps_weights=True,
    )


def statistics(model):
    """Return mean and variance of each normalisation, in the order of the model."""
    return [variable for variable in model.weights if "moving" in variable.path]


FROZEN = {
    "frozen, in inference": {"is_frozen": True, "training": False},
    "frozen, follows": {"is_frozen": True, "training": None},
    "trainable, in inference": {"is_frozen": False, "is_subclass": True},
    "frozen, of a class": {"is_frozen": True, "is_subclass": True},
    "the last block unfrozen": {"is_subclass": True, "unfrozen": ("last", "last_norm")},
    "the last block unfrozen, its flag overridden": {"training": False, "unfrozen": ("last", "last_norm")},
    "the last block unfrozen, follows": {"is_frozen": True, "training": None, "unfrozen": ("last", "last_norm")},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FROZEN.values(), ids=FROZEN)
def test_training_changes_what_keras_s_fit_changes(kind):
    """From the same weights, over the same batches, every weight and every statistic ends as in `Model.fit`."""
    data = load("shapes-transfer", num_train=60, num_test=20, seed=0)
    model = transfer(**kind)
    made = training_of(model)
    order = np.random.default_rng(0).permutation(60)
    made.epoch()
    model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    before = [np.array(each) for each in model.weights]
    images = data.train_images[order].astype("float32")
    model.fit(images, data.train_labels[order], batch_size=20, shuffle=False, verbose=0)
    ours = sorted((np.array(each) for each in made._model.weights), key=lambda array: (array.shape, array.sum()))
    keras_s = sorted((np.array(each) for each in model.weights), key=lambda array: (array.shape, array.sum()))
    assert len(ours) == len(keras_s)
    for found, expected in zip(ours, keras_s, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    changed = [not np.array_equal(old, new) for old, new in zip(before, model.weights, strict=True)]
    frozen = [old for old, is_changed in zip(before, changed, strict=True) if not is_changed]
    assert frozen
    assert any(changed)
    for weight in frozen:
        assert any(np.array_equal(weight, np.array(each)) for each in made._model.weights)


@pytest.mark.parametrize("name", ["frozen, follows", "trainable, in inference", "the last block unfrozen"])
def test_frozen_statistics_are_not_estimated_anew(name):
    """Held-out images are judged with the statistics that the layers came with; those of the head are fresh."""
    made = training_of(transfer(**FROZEN[name]))
    before = [np.array(variable) for variable in statistics(made._model)]
    made._estimate_statistics(np.arange(60, dtype="int32"))
    after = [np.array(variable) for variable in statistics(made._model)]
    changed = [not np.array_equal(old, new) for old, new in zip(before, after, strict=True)]
    assert changed == [False, False, False, False, True, True]
