"""A training is a judgement: early, repeatable, and made where the labels are."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograder.course import CourseSecret
from autograder.datasets import load
from autograder.errors import InfrastructureError, LimitExceeded, ModelRefused
from autograder.models.graph import sequential
from autograder.records import GradeId, TrainingRecord, from_json, to_json
from autograder.settings import Recipe
from autograder.training import trainer
from autograder.training.service import TrainingService, accuracy

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
    def open_runtime():
        runtimes.append(Runtime())
        yield runtimes[-1]

    def make(secret="s"):
        made = TrainingService(
            secret=CourseSecret(secret),
            cache_folder=tmp_path,
            open_runtime=open_runtime,
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
    for path in (tmp_path / "trainings").rglob("*.json"):
        path.unlink()
    assert train(service()) == first
    assert len(first.attempts[0].test_accuracy) == 3


def test_training_stops_at_the_floor(service):
    """No epoch is trained that cannot change the verdict."""
    record = train(service(), floor=0.01)
    assert len(record.attempts) == 1
    assert len(record.attempts[0].test_accuracy) == 1


def test_a_miss_is_tried_again(service):
    """Under the floor, every seed of the recipe is tried, and the best counts."""
    made = service()
    record = train(made, floor=0.999, epochs=1)
    assert len(record.attempts) == len(made.runtimes) == 3
    assert len({attempt.seed for attempt in record.attempts}) == 3
    assert record.test_accuracy == max(attempt.best for attempt in record.attempts)


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
    for value in given.values():
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
        made._open_runtime = lambda port=port: contextlib.nullcontext(port)
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


def test_batch_normalisation_is_judged_by_fresh_statistics():
    """After a few steps the moving averages lag behind: as they are, a model that has learnt looks as if it had not."""
    network = (
        ("Conv2D", {"filters": 16, "kernel_size": 5, "strides": 3}),
        ("BatchNormalization", {"momentum": 0.999}),
        ("ReLU", {}),
        ("Flatten", {}),
        ("Dense", {"units": 2, "activation": "softmax"}),
    )
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 300)
    images = rng.integers(0, 100, (300, 12, 12, 1)) + 150 * labels[:, None, None, None] * (np.arange(12) < 6)[:, None]
    images = images.astype("uint8")
    training = trainer._Training(
        graph=sequential((12, 12, 1), *network).to_data(),
        images=images[:200],
        labels=labels[:200],
        held_out=images[200:],
        num_classes=2,
        seed=0,
        epochs=2,
        batch_size=10,
        optimizer="adam",
        learning_rate=1e-3,
        schedule="constant",
        flip=False,
    )
    for _ in range(2):
        scores = training.epoch()["scores"]
    judged = accuracy(scores, labels[200:])
    as_it_is = accuracy(training._model.predict(images[200:].astype("float32"), verbose=0), labels[200:])
    assert judged > 0.95
    assert judged > as_it_is + 0.2


def test_scores_that_are_no_numbers_are_wrong():
    """A row with NaN counts as a wrong answer, and a missing row is our fault."""
    scores = np.array([[0.1, 0.9], [np.nan, 0.5], [0.8, 0.2]])
    assert accuracy(scores, np.array([1, 1, 0])) == pytest.approx(2 / 3)
    with pytest.raises(InfrastructureError):
        accuracy(scores, np.array([1, 1]))
