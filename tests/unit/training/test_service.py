"""A training is a judgement: early, repeatable, and made where the labels are."""

import contextlib
import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograder.datasets import load
from autograder.errors import AssignmentError, InfrastructureError, LimitExceeded, ModelRefused
from autograder.models.build import build
from autograder.models.graph import ModelGraph, sequential
from autograder.models.trace import trace
from autograder.records import Evidence, GradeId, TrainingRecord, from_json, to_json
from autograder.secret import CourseSecret
from autograder.settings import Recipe
from autograder.training import trainer
from autograder.training.attempt import work
from autograder.training.devices import Setup
from autograder.training.measures import accuracy
from autograder.training.service import TrainingService

QUESTION = GradeId("model")
SMALL = (
    ("Conv2D", {"filters": 8, "kernel_size": 3, "strides": 2, "activation": "relu"}),
    ("BatchNormalization", {}),
    ("Flatten", {}),
    ("Dense", {"units": 10, "activation": "softmax"}),
)


def recipe(floor=None, **changes):
    """Return a recipe that takes a moment."""
    floors = {} if floor is None else {QUESTION: floor}
    defaults = {"dataset": "shapes", "num_train": 200, "num_test": 100, "epochs": 3, "batch_size": 20}
    return Recipe(**{**defaults, "floors": floors, **changes})


class Runtime:
    """Trains in this process, and remembers what it was given."""

    def __init__(self):
        self.handlers = trainer.handlers()
        self.asked = []

    def ask(self, op, /, *, timeout_s=None, **args):
        """Answer as a child does."""
        self.asked.append((op, args))
        return self.handlers[op](**args)


@pytest.fixture
def service(tmp_path):
    """Make a service whose runtimes are listed."""
    runtimes = []

    @contextlib.contextmanager
    def open_trainer(place):
        runtimes.append(Runtime())
        yield runtimes[-1]

    def make(secret="s", setup=None):
        made = TrainingService(
            secret=CourseSecret(secret),
            cache_folder=tmp_path,
            open_trainer=open_trainer,
            setup=setup,
            slots_folder=tmp_path / "slots",
        )
        made.runtimes = runtimes
        return made

    return make


def train(service, graph=None, **options):
    """Train the small network."""
    graph = graph or sequential((32, 32, 3), *SMALL)
    return service.train(graph, question=QUESTION, recipe_name="tiny", recipe=recipe(**options))


def test_the_same_seed_gives_the_same_accuracy(service, tmp_path):
    """Two trainings of one course agree to the last image."""
    first = train(service())
    for path in (tmp_path / "trainings").rglob("*.entry"):
        path.unlink()
    assert train(service()) == first
    assert len(first.attempts[0].test) == 3


def test_training_stops_at_the_floor(service):
    """No epoch is trained that cannot change the verdict."""
    record = train(service(), floor=0.01)
    assert len(record.attempts) == 1
    assert len(record.attempts[0].test) == 1


def test_a_miss_is_tried_again(service):
    """Under the floor, every seed of the recipe is tried, and the best counts."""
    made = service()
    record = train(made, floor=0.999, epochs=1)
    assert len(record.attempts) == len(made.runtimes) == 3
    assert len({attempt.seed for attempt in record.attempts}) == 3
    assert record.value == max(attempt.best for attempt in record.attempts)


def test_equal_architectures_train_once(service):
    """A second model of the same architecture is answered from the cache, another one is not."""
    made = service()
    first = train(made, floor=0.01)
    assert train(made, graph=sequential((32, 32, 3), *SMALL), floor=0.01) == first
    assert len(made.runtimes) == 1
    train(made, graph=sequential((32, 32, 3), *SMALL[2:]), floor=0.01)
    assert len(made.runtimes) == 2


def test_two_who_want_the_same_training_wait_for_one(service):
    """While a model is being trained, whoever asks for an equal one gets that answer."""
    made = service()
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: train(made, epochs=1), range(2))
    assert first == second
    assert len(made.runtimes) == 1


def test_another_course_has_other_images(service):
    """The secret decides data and seeds."""
    made = service()
    train(made, epochs=1)
    train(service("another"), epochs=1)
    first, second = (dict(runtime.asked)["start_training"] for runtime in made.runtimes)
    assert not np.array_equal(first["held_out"], second["held_out"])
    assert first["seed"] != second["seed"]


def test_held_out_labels_stay_here(service):
    """The process that trains is given the held-out images without their labels."""
    made = service()
    train(made, epochs=1)
    ((_, given), _) = made.runtimes[0].asked
    labels = load("shapes", num_train=200, num_test=100, seed=CourseSecret("s").seed("data", "shapes")).test_labels
    assert len(given["held_out"]) == len(labels)
    for value in (*given.values(), *given["known"].values()):
        if isinstance(value, np.ndarray):
            assert value.shape != labels.shape or not np.array_equal(value, labels)


def test_a_report_does_not_depend_on_what_is_in_the_cache(service):
    """A floor is answered with the epochs up to it, also where a longer training is at hand."""
    early = train(service(), floor=0.1)
    whole = train(service())
    assert len(whole.attempts[0].loss) == 3
    assert train(service(), floor=0.1) == early


def test_a_longer_training_takes_the_place_of_a_stopped_one(service):
    """A record that was stopped at a low floor does not answer a higher one."""
    made = service()
    train(made, floor=0.01)
    higher = train(made, floor=0.999)
    assert len(higher.attempts[0].loss) == 3
    assert train(made, floor=0.999) == higher


@pytest.mark.parametrize(
    "layers",
    [(("Flatten", {}), ("Dense", {"units": 3})), (("Conv2D", {"filters": 10, "kernel_size": 1}),)],
    ids=["three scores", "a map"],
)
def test_a_model_without_ten_scores_cannot_be_trained(service, layers):
    """The sentence says what the output is and what it should be."""
    with pytest.raises(ModelRefused, match="its output has the shape"):
        train(service(), graph=sequential((32, 32, 3), *layers))


def test_a_model_for_other_images_cannot_be_trained(service):
    """The sentence says what the input is and what it should be."""
    with pytest.raises(ModelRefused, match=r"its input has the shape \(None, 28, 28, 1\), \(None, 32, 32, 3\) is"):
        train(service(), graph=sequential((28, 28, 1), *SMALL))


def test_a_training_that_diverges_ends_and_counts_as_a_miss(service):
    """A loss that is no number any more cannot recover: nothing crashes, and the other seeds are tried."""
    diverging = (*[("Rescaling", {"scale": 1e6})] * 7, ("Flatten", {}), ("Dense", {"units": 10}))
    record = train(service(), graph=sequential((32, 32, 3), *diverging), floor=0.9, epochs=3)
    assert [len(attempt.loss) for attempt in record.attempts] == [1, 1, 1]
    assert record.test_accuracy < 0.5
    assert from_json(to_json(record), TrainingRecord) == record


def test_a_training_that_takes_too_long_is_the_model_s_limit(service):
    """The sentence names the limit; a process that fails earlier is our fault."""

    class Slow:
        def ask(self, op, /, *, timeout_s=None, **args):
            time.sleep(min(timeout_s, 5))
            raise InfrastructureError("no answer")

    class Broken:
        def ask(self, op, /, *, timeout_s=None, **args):
            raise InfrastructureError("it ended")

    for port, kind, sentence in (
        (Slow(), LimitExceeded, "longer than the 0.05 s"),
        (Broken(), InfrastructureError, "it"),
    ):
        made = service()
        made._open_trainer = lambda place, port=port: contextlib.nullcontext(port)
        with pytest.raises(kind, match=sentence):
            train(made, wall_s=0.05 if kind is LimitExceeded else 60)


def test_mirrored_images_are_other_images(service):
    """`flip` changes what is trained on, and stays repeatable."""
    plain, mirrored = train(service(), epochs=1), train(service(), epochs=1, flip=True)
    assert plain.attempts[0].loss != mirrored.attempts[0].loss
    assert train(service(), epochs=1, flip=True) == mirrored


def test_logits_are_trained_as_logits(service):
    """A model without softmax learns as well."""
    with_softmax = train(service(), epochs=2)
    logits = (*SMALL[:-1], ("Dense", {"units": 10}))
    without = train(service(), graph=sequential((32, 32, 3), *logits), epochs=2)
    assert abs(without.attempts[0].loss[-1] - with_softmax.attempts[0].loss[-1]) < 1.0


NORMALISED = (
    ("Conv2D", {"filters": 16, "kernel_size": 5, "strides": 3}),
    ("BatchNormalization", {"momentum": 0.999}),
    ("ReLU", {}),
    ("Flatten", {}),
    ("Dense", {"units": 2, "activation": "softmax"}),
)


def halves(count):
    """Return images of two classes, bright in their left or in their right half, with noise; and labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count)
    images = rng.integers(0, 100, (count, 12, 12, 1)) + 150 * labels[:, None, None, None] * (np.arange(12) < 6)[:, None]
    return images.astype("uint8"), labels


def training(layers, **changes):
    """Return a training on 200 of these images, with 100 held out, and the labels of those."""
    images, labels = halves(300)
    given = {
        "graph": sequential((12, 12, 1), *layers).to_data(),
        "images": images[:200],
        "task": "classification",
        "known": {"labels": labels[:200]},
        "held_out": images[200:],
        "num_classes": 2,
        "seed": 0,
        "epochs": 2,
        "batch_size": 10,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "schedule": "constant",
        "flip": False,
    }
    return trainer.Training(**{**given, **changes}), labels[200:]


def test_batch_normalisation_is_judged_by_fresh_statistics():
    """After a few steps the moving averages lag behind: as they are, a model that has learnt looks as if it had not."""
    made, labels = training(NORMALISED)
    for _ in range(2):
        scores = made.epoch()["predictions"]["scores"]
    held_out = halves(300)[0][200:].astype("float32")
    judged = accuracy(scores, labels)
    as_it_is = accuracy(made._model.predict(held_out, verbose=0), labels)
    assert judged > 0.95
    assert judged > as_it_is + 0.2


def test_training_goes_on_with_the_statistics_that_it_had(monkeypatch):
    """Re-estimating statistics changes how a model is judged, never what it learns or remembers."""
    made, _ = training(NORMALISED)
    made.epoch()
    judged = [made._model.get_weights(), made.epoch()["loss"]]
    monkeypatch.setattr(trainer, "STATISTICS_BATCHES", 0)
    made, _ = training(NORMALISED)
    made.epoch()
    for expected, found in zip(judged[0], made._model.get_weights(), strict=True):
        assert np.array_equal(expected, found)
    assert made.epoch()["loss"] == judged[1]


def test_statistics_inside_a_wrapper_are_fresh_too():
    """A normalisation that another layer holds is found."""
    inside = {"layer": {"class": "BatchNormalization", "config": {"momentum": 0.999}}}
    made, _ = training((("TimeDistributed", inside), *NORMALISED[3:]))
    assert len(made._normalisations) == 1


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_model_takes_pixels_as_it_declares_them(service, dtype):
    """An input of whole numbers is given them, and trains as well."""
    graph = sequential((32, 32, 3), ("Rescaling", {"scale": 1 / 255}), *SMALL)
    graph = dataclasses.replace(graph, inputs=(dataclasses.replace(graph.inputs[0], dtype=dtype),))
    assert np.isfinite(train(service(), graph=graph, epochs=1).attempts[0].loss[0])


def test_a_floor_of_nothing_is_reached_after_an_epoch(service):
    """A floor of 0 still shows what one epoch gives."""
    record = train(service(), floor=0.0)
    assert [len(attempt.loss) for attempt in record.attempts] == [1]


def test_a_result_says_what_it_rests_on(service):
    """Device, library, classes, confusion and mistakes are those of the epoch that counts."""
    record = train(service(), epochs=2)
    confusion = np.array(record.confusion)
    assert (record.device, record.backend, record.evidence) == ("cpu", "tensorflow", Evidence.RECIPE)
    assert confusion.sum() == 100
    assert confusion.trace() / 100 == pytest.approx(record.test_accuracy)
    assert len(record.class_names) == 10
    assert all(mistake.image.startswith(b"\x89PNG") for mistake in record.mistakes)
    assert record.mistakes
    assert from_json(to_json(record), TrainingRecord) == record


def test_a_seed_of_one_s_own_changes_the_training_and_not_the_data(service):
    """Another seed in the recipe, or from the operator, gives other weights on the same images."""
    made = service()
    records = [train(made, epochs=1), train(made, epochs=1, seed=1), train(service(setup=Setup(seed=1)), epochs=1)]
    assert records[0].attempts[0].seed != records[1].attempts[0].seed
    assert records[1] == records[2]
    first, second = (dict(runtime.asked)["start_training"] for runtime in made.runtimes)
    assert np.array_equal(first["images"], second["images"])


def test_weights_of_the_student_s_can_be_the_start(service):
    """Training goes on from them, and other weights are another training."""
    made = service()
    graph = sequential((32, 32, 3), *SMALL)
    weighted = ModelGraph.from_data(trace(build(graph, seed=1), weights=True))
    others = ModelGraph.from_data(trace(build(graph, seed=2), weights=True))

    def go_on(graph):
        return made.train(
            graph,
            question=QUESTION,
            recipe_name="tiny",
            recipe=recipe(epochs=1, learning_rate=1e-12),
            keeps_weights=True,
        )

    record = go_on(weighted)
    assert record.evidence is Evidence.CONTINUED
    assert record.confusion
    assert not record.mistakes, "weights that know the images which are shown would be worth having"
    assert go_on(weighted) == record
    assert len(made.runtimes) == 1
    assert go_on(others).attempts[0].loss != record.attempts[0].loss
    with pytest.raises(AssignmentError, match="has no weights to begin with"):
        go_on(graph)


@pytest.mark.parametrize("name", ["cifar10", "fashion_mnist"])
def test_what_is_the_student_s_is_not_judged_by_public_labels(service, name):
    """Weights and predictions are refused before anything is loaded, and the sentence says why."""
    public = recipe(dataset=name)
    why = f"the recipe 'public' is on {name}, whose labels are public: a table of them scores 100 %"
    with pytest.raises(AssignmentError, match=why):
        service().train(
            sequential((32, 32, 3), *SMALL), question=QUESTION, recipe_name="public", recipe=public, keeps_weights=True
        )
    with pytest.raises(AssignmentError, match=why):
        service().evaluate(
            [np.zeros((100, 10))],
            question=QUESTION,
            recipe_name="public",
            recipe=public,
            evidence=Evidence.PREDICTIONS,
        )


def test_predictions_are_judged_where_the_labels_are(service):
    """Right ones score 1, and nothing of the held-out images is shown."""
    made = service()
    labels = made.data(recipe()).test_labels
    right = np.eye(10)[labels]

    def judged(scores):
        return made.evaluate(
            [scores],
            question=QUESTION,
            recipe_name="tiny",
            recipe=recipe(floor=0.5),
            evidence=Evidence.PREDICTIONS,
        )

    assert (judged(right).test_accuracy, judged(right).floor) == (1.0, 0.5)
    assert judged(np.roll(right, 1, axis=1)).test_accuracy == 0.0
    assert not judged(np.roll(right, 1, axis=1)).mistakes
    for wrong in (right[:50], right.argmax(axis=1), right.astype(str), right > 0.5):
        with pytest.raises(ModelRefused, match="one row of scores for each image was expected"):
            judged(wrong)


def test_a_full_memory_is_told_and_no_fault_of_the_model():
    """What each library raises is told; any other error is not taken for it."""

    class ResourceExhaustedError(Exception):
        pass

    def raises(error):
        def start(**given):
            raise error

        return trainer._or_full(start)

    for error in (
        MemoryError("12 GiB"),
        ResourceExhaustedError("OOM when allocating"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory"),
    ):
        assert error.args[0] in raises(error)()["out_of_memory"]
    with pytest.raises(ZeroDivisionError):
        raises(ZeroDivisionError())()


def test_larger_models_are_more_work():
    """Weights count as often as a convolution applies them."""
    shape = (32, 32, 3)
    small, wide, dense = (
        ModelGraph.from_data(trace(build(sequential(shape, *layers), seed=0), weights=False))
        for layers in (
            (("Conv2D", {"filters": 4, "kernel_size": 3}),),
            (("Conv2D", {"filters": 16, "kernel_size": 3}),),
            (("Flatten", {}), ("Dense", {"units": 10})),
        )
    )
    assert work(dense) < work(small) < work(wide)
    assert work(small) == 30 * 30 * (3 * 9 * 4 + 4)
