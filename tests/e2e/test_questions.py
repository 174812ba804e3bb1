"""Whatever a student's name holds or a student's function does, a check gets data or the student a sentence."""

import numpy as np
import pytest

from autograder.errors import (
    LimitExceeded,
    ModelRefused,
    NotDefined,
    NotebookEnded,
    StudentCodeRaised,
    SubmissionError,
    WrongKind,
)
from autograder.suite import array, mapping, number, numbers, sequential, tuple_of

KERAS = "import keras, numpy as np\nfrom keras import layers\n"


def test_variables_cross_as_data(submission):
    """Numbers, arrays and nested lists arrive, TensorFlow's tensors as arrays, and its shapes as tuples."""
    mine = submission(
        "import numpy as np, tensorflow as tf\na = 3\nb = np.arange(4)\nc = [[1, 2], [3, 4]]\nd = tf.ones((2, 2))\n"
        "e = (np.int64(2), 3.5)\nf = 'text'\ng = d.shape\nh = [d.shape]"
    )
    assert mine.number("a") == 3
    assert (mine.array("b", dtype="integer") == np.arange(4)).all()
    assert mine.array("c", shape=(2, 2)).tolist() == [[1, 2], [3, 4]]
    assert mine.array("d").dtype == np.float32
    assert mine.numbers("e") == (2, 3.5)
    assert mine.text("f") == "text"
    assert mine.numbers("g", count=2) == (2, 2)
    assert mine.value("h", tuple_of(numbers())) == ((2, 2),)


def test_a_name_that_is_not_there(submission):
    """The sentence names it."""
    with pytest.raises(NotDefined, match="`answer` is not defined"):
        submission("x = 1").number("answer")


def test_functions_are_called_with_data(submission):
    """Arguments arrive as they were sent, by position and by name."""
    mine = submission("def f(shape, scale=1):\n    return tuple(n * scale for n in shape), {'n': len(shape)}")
    kind = tuple_of(numbers(), mapping(number()))
    assert mine.call("f", (1, 2), scale=3, returns=kind) == ((3, 6), {"n": 2})


def test_a_function_that_raises_says_where(submission):
    """The student reads the exception and the line of their notebook."""
    mine = submission("def f(x):\n    y = x + 1\n    return y / 0")
    with pytest.raises(
        StudentCodeRaised, match=r"`f` was called, and raised ZeroDivisionError.*line 3: `return y / 0`"
    ):
        mine.call("f", 1, returns=number())


def test_a_stub_says_that_it_is_one(submission):
    """NotImplementedError of a stub is told as what it is."""
    mine = submission("def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()")
    with pytest.raises(StudentCodeRaised, match="your code is missing"):
        mine.call("f", 1, returns=number())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("f = 3", "`f` should be a function, it is an int"),
        ("def f():\n    pass", "what `f` returned is None|what `f` returned should be .*None"),
        ("def f():\n    return [1, 2]", "it is a list"),
        ("import keras\ndef f():\n    return keras.Sequential", "is the class `Sequential`: return an instance"),
        ("def f():\n    return 'model'", "should be a Keras model, it is a str"),
        ("import keras\ndef f():\n    return keras.Sequential([keras.layers.Dense(3)])", "`f`"),
    ],
)
def test_what_is_no_model_is_told(submission, source, words):
    """None, a list, a class, a string or an unbuilt model: a sentence each."""
    with pytest.raises(SubmissionError, match=words):
        submission(source).model("f")


def test_a_model_crosses_and_is_rebuilt(submission):
    """A function's model and a model in a variable are the same to a check."""
    mine = submission(
        KERAS + "model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, activation='relu'),"
        " layers.Flatten(), layers.Dense(10, activation='softmax')])\ndef make():\n    return model"
    )
    for name in ("model", "make"):
        view = mine.model(name)
        assert view.output_shape == (None, 10)
        assert view.num_parameters == 3 * 3 * 3 * 4 + 4 + 6 * 6 * 4 * 10 + 10
        assert view.predict(np.zeros((2, 8, 8, 3), "float32")).shape == (2, 10)


def test_the_students_weights_cross_when_asked_for(submission):
    """A view with weights predicts what the student's model predicts."""
    mine = submission(
        KERAS + "model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])\n"
        "expected = model.predict(np.ones((1, 4)), verbose=0)"
    )
    view = mine.model("model", weights=True)
    assert np.allclose(view.predict(np.ones((1, 4), "float32")), mine.array("expected"), atol=1e-6)


@pytest.mark.parametrize(
    "returned",
    [
        "layers.Conv2D(4, 3, padding='same')",
        "keras.Sequential([layers.Conv2D(4, 3, padding='same')])",
        "lambda x: layers.Conv2D(4, 3, padding='same')(x)",
    ],
)
def test_a_block_is_applied_to_a_tensor(submission, returned):
    """A layer, a model or a function will do."""
    mine = submission(KERAS + f"def block(filters):\n    return {returned}")
    view = mine.block("block", 4, input_shape=(8, 6, 2))
    assert (view.input_shape, view.output_shape) == ((None, 8, 6, 2), (None, 8, 6, 4))


def test_a_block_that_does_not_fit_is_told(submission):
    """Keras's own complaint about shapes reaches the student as one line."""
    mine = submission(KERAS + "def block():\n    return lambda x: layers.Add()([x, layers.Conv2D(7, 3)(x)])")
    with pytest.raises(SubmissionError) as raised:
        mine.block("block", input_shape=(8, 8, 2))
    assert "\n" not in raised.value.message
    assert "`block`" in raised.value.message


def test_a_function_that_never_ends_costs_its_check(submission):
    """The question is given up at the limit, and the next one is answered."""
    mine = submission("def f():\n    while True:\n        pass\nx = 5", request_s=2.0)
    with pytest.raises(LimitExceeded, match="longer than the 2 s"):
        mine.call("f", returns=number())
    assert mine.number("x") == 5


def test_a_function_that_ends_the_process_costs_its_check(submission):
    """The next question meets a fresh run of the notebook."""
    mine = submission("import os\ndef f():\n    os._exit(0)\nx = 5")
    with pytest.raises(NotebookEnded):
        mine.call("f", returns=number())
    assert mine.number("x") == 5


def test_a_model_too_large_is_refused(submission):
    """A layer with a billion units is a sentence, not a machine without memory."""
    mine = submission(
        KERAS + "class Lying(layers.Dense):\n    pass\n"
        "def f():\n    inputs = keras.Input((4,))\n    layer = layers.Dense(8)\n    outputs = layer(inputs)\n"
        "    layer.units = 10**9\n    return keras.Model(inputs, outputs)"
    )
    with pytest.raises(ModelRefused):
        mine.model("f")


NEVER_CALLED = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)
    def call(self, x):
        return self.dense(x)
net = Net()
"""


def test_a_model_that_was_never_called(submission):
    """The student reads what to do, or the check says on what it is called."""
    mine = submission(KERAS + NEVER_CALLED)
    with pytest.raises(ModelRefused, match="`net`.*call it on images"):
        mine.model("net")
    assert mine.model("net", called_on=(6,)).output_shape == (None, 3)


def test_what_cannot_be_opened_is_still_measured(submission):
    """The view names the part; the student's own process predicts, where a check asks it to."""
    mine = submission(
        KERAS + "class Odd(layers.Layer):\n"
        "    def call(self, x):\n        return keras.ops.convert_to_tensor(np.array(x) / 2)\n"
        "    def compute_output_spec(self, x):\n        return keras.KerasTensor(x.shape, x.dtype)\n"
        "def make():\n    return keras.Sequential([keras.Input((4,)), Odd(), layers.ReLU()])"
    )
    images = np.array([[-2, 2, 4, 6]], "float32")
    model = mine.make("make")
    view = mine.model(model)
    (part,) = view.opaque
    with pytest.raises(ModelRefused, match=part.name):
        view.predict(images)
    assert [step.kind for step in view.steps] == ["Opaque", "ReLU"]
    assert mine.predict(model, images, returns=array((1, 4))).tolist() == [[0, 1, 2, 3]]
    with pytest.raises(StudentCodeRaised, match="was applied to images, and raised"):
        mine.predict(model, np.zeros((1, 2, 2, 2, 9)), returns=array((1, 4)))


def test_a_function_that_gives_another_model_the_second_time(submission):
    """A check never judges one model by the structure of another; new weights each time are none of it."""
    mine = submission(
        KERAS + "count = 0\ndef same():\n    return keras.Sequential([keras.Input((4,)), layers.Dense(3)])\n"
        "def swapping():\n    global count\n    count += 1\n"
        "    return keras.Sequential([keras.Input((4,)), layers.Dense(count)])"
    )
    for _ in range(2):
        assert mine.model("same").output_shape == (None, 3)
    assert mine.model("swapping").output_shape == (None, 1)
    with pytest.raises(ModelRefused, match="`swapping`: it is another model than before"):
        mine.model("swapping")


def test_a_figure_is_data(submission):
    """Axes, images, lines, words and ticks can be asked for."""
    mine = submission(
        "import matplotlib.pyplot as plt\nimport numpy as np\ndef f():\n"
        "    figure, (left, right) = plt.subplots(1, 2)\n    left.imshow(np.eye(3))\n    left.axis('off')\n"
        "    right.plot([0, 1], [2, 3], label='loss')\n    right.set_xlabel('epoch')\n    right.legend()\n"
        "    right.set_xticks([0, 1], ['first', 'second'])\n    right.text(0, 2, 'start')\n    return figure"
    )
    left, right = mine.figure("f").axes
    assert (left.images[0] == np.eye(3)).all()
    assert (left.has_x_ticks, left.has_y_ticks, right.has_x_ticks) == (False, False, True)
    ((x, y, label),) = right.lines
    assert (x.tolist(), y.tolist(), label, right.legend, right.x_label) == ([0, 1], [2, 3], "loss", ("loss",), "epoch")
    assert (left.x_tick_labels, right.x_tick_labels, right.texts) == ((), ("first", "second"), ("start",))


def test_labels_of_ticks_are_those_in_view_in_the_order_of_reading(submission):
    """Labels are told from left to right and from top to bottom, on either side, and not where no tick is seen."""
    mine = submission(
        "import matplotlib.pyplot as plt\nimport numpy as np\ndef f(origin):\n"
        "    figure, axes = plt.subplots()\n    axes.imshow(np.eye(3), origin=origin)\n    axes.xaxis.tick_top()\n"
        "    axes.set_xticks([-1, 1, 0], ['unseen', 'second', 'first'])\n"
        "    axes.set_yticks([0, 1, 2], ['a', 'b', 'c'])\n    axes.set_xlim(-0.5, 2.5)\n    return figure"
    )
    for origin, labels in (("upper", ("a", "b", "c")), ("lower", ("c", "b", "a"))):
        (axes,) = mine.figure("f", origin).axes
        assert axes.has_x_ticks
        assert axes.x_tick_labels == ("first", "second")
        assert axes.y_tick_labels == labels


def test_a_figure_that_was_only_shown_is_told(submission):
    """A function that shows and returns None learns that a `return` is missing."""
    mine = submission("import matplotlib.pyplot as plt\ndef f():\n    plt.plot([1])\n    plt.show()")
    with pytest.raises(WrongKind, match="figure, it is None: is there a `return`"):
        mine.figure("f")


TRAIN = """
def train(model, images, labels, epochs):
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=epochs, batch_size=4, verbose=0)
"""


def test_a_model_of_ours_is_trained_by_the_student(submission):
    """A model is built over there, the student's function trains it in full, and its weights have changed."""
    mine = submission(KERAS + TRAIN)
    model = mine.build(sequential((4, 4, 1), ("Flatten", {}), ("Dense", {"units": 3, "activation": "softmax"})))
    before = mine.weights(model)
    images, labels = np.random.default_rng(0).normal(size=(8, 4, 4, 1)).astype("float32"), np.arange(8) % 3
    history = mine.history("train", model, images, labels, epochs=3)
    assert sorted(history) == ["accuracy", "loss"]
    assert len(history["loss"]) == 3
    assert not np.allclose(before[0], mine.weights(model)[0])


STOPS = """
class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1

def train(model, images, labels, epochs, callbacks=()):
    model.compile("sgd", "mse", metrics=["mae"])
    return model.fit(images, labels, initial_epoch=1, epochs=epochs, batch_size=4, verbose=0, callbacks=callbacks)

def stopped(model, images, labels, epochs):
    return train(model, images, labels, epochs, [Stop()])

def wrong(model, images, labels):
    return model.fit(images, labels, epochs="3")
"""


def test_the_first_epoch_of_a_training_says_how_fit_was_called(submission):
    """One epoch is run, and its numbers stand for all that were asked for, unless a callback may end the training."""
    mine = submission(KERAS + STOPS)
    images, labels = np.ones((4, 2), np.float32), np.ones((4, 1), np.float32)
    graph = sequential((2,), ("Dense", {"units": 1, "kernel_initializer": "zeros"}))
    model, other = mine.build(graph), mine.build(graph)
    first = mine.first_epoch("train", model, images, labels, epochs=6)
    assert first == {"loss": (1.0,) * 5, "mae": (1.0,) * 5}
    assert mine.history("train", other, images, labels, epochs=2) == {"loss": (1.0,), "mae": (1.0,)}
    assert all(map(np.array_equal, mine.weights(model), mine.weights(other)))
    assert len(mine.first_epoch("stopped", model, images, labels, epochs=6)["loss"]) == 1
    assert len(mine.history("train", model, images, labels, epochs=6)["loss"]) == 5
    with pytest.raises(StudentCodeRaised, match="`wrong` was called, and raised TypeError"):
        mine.first_epoch("wrong", model, images, labels)


def test_the_students_own_objects_are_arguments(submission):
    """A reference stands for a variable, or for what a function returned."""
    mine = submission(
        KERAS + "def make():\n    return keras.Sequential([keras.Input((2,)), layers.Dense(3)])\n"
        "def count(model):\n    return model.count_params()\nmodel = make()"
    )
    assert mine.call("count", mine.ref("model"), returns=number()) == 9
    assert mine.call("count", mine.make("make"), returns=number()) == 9
    assert mine.model(mine.make("make")).output_shape == (None, 3)


@pytest.mark.parametrize(
    "lie",
    [
        "class Lie(float):\n    def __eq__(self, other):\n        return True\n    __hash__ = None\nx = Lie(1)",
        "class Lie:\n    def __array__(self, *args, **kwargs):\n        raise RuntimeError\nx = Lie()",
        "x = lambda: 3",
        "import sys\nx = sys.modules",
        "x = list(range(2_000_000))",
    ],
)
def test_an_object_that_lies_is_no_number(submission, lie):
    """What is not exactly a number is told as such, or raises; it is never one."""
    with pytest.raises(SubmissionError):
        submission(lie).number("x")


def test_answers_of_arrays_are_checked(submission):
    """A ragged list is a sentence."""
    with pytest.raises(WrongKind, match="different lengths"):
        submission("x = [[1, 2], [3]]").value("x", array())
