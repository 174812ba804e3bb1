"""What notebooks ask of other machines, people and times is left out, served or explained, and costs no other cell."""

import re
from pathlib import Path

import pytest

from autograder.errors import StudentCodeRaised
from autograder.records import CellStatus
from autograder.settings import Execution, FitPolicy, Given, OldNames, parse_settings
from autograder.suite import number

DOCUMENT = (Path(__file__).parents[2] / "docs" / "execution.md").read_text()
ENDS = {"runs": CellStatus.OK, "raises": CellStatus.RAISED}
MODEL = """
import keras, numpy as np, tensorflow as tf
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
x, y = np.ones((40, 3)), np.ones((40, 1))
"""


def rows():
    """Return the lines of the document's table: a cell, how it ends, what the student reads."""
    table = DOCUMENT.partition("| a cell says |")[2]
    for line in table.splitlines()[2:]:
        said, ends, reads = (each.strip() for each in line.split("|")[1:-1])
        if ends:
            yield "\n".join(each.removeprefix("`").removesuffix("`") for each in said.split("<br>")), ENDS[ends], reads


def failures(executed):
    """Return the messages of the cells that did not go through."""
    return [each.run.message for each in executed if each.run.status is not CellStatus.OK]


def notes(executed):
    """Return the notes of all cells."""
    return [note for each in executed for note in each.run.notes]


def test_cells_do_what_the_document_says(session):
    """Each line of docs/execution.md, run one after the other, ends as it says, and is told in the same words."""
    expected = list(rows())
    ran = session(*[cell for cell, _, _ in expected]).run()
    found = []
    for (cell, _, reads), each in zip(expected, ran, strict=True):
        is_error = not each.run.notes and f"raised {reads} (" in each.run.message
        found.append((cell, each.run.status, reads if is_error else " ".join(each.run.notes)))
    assert found == expected


def test_the_document_names_every_setting():
    """What `[execution]` may say stands in the document, and what stands there can be said."""
    named = {}
    setting = ""
    for line in DOCUMENT.partition("| setting |")[2].partition("\n\n")[0].splitlines()[2:]:
        cells = [each.strip(" `") for each in line.strip("|").split("|")]
        setting = cells[0] or setting
        named.setdefault(setting, set()).add(cells[1].strip('"'))
    assert named == {
        name: {each.value for each in kind}
        for name, kind in (("given", Given), ("fit", FitPolicy), ("old_names", OldNames))
    }
    for setting, values in named.items():
        for value in values:
            read = parse_settings(f'title = "x"\n[execution]\n{setting} = "{value}"').execution
            assert getattr(read, setting) == value


def test_the_shell_that_does_not_run_leaves_its_variables(session):
    """What a shell line returns is there: empty, and of IPython's own kind."""
    ran = session(
        "files = !ls *.csv\nassert (files.l, files.n, files.s, list(files.grep('x'))) == ([], '', '', [])",
        "assert get_ipython().getoutput('ls', split=False).n == ''\n!ls -l\nassert _exit_code == 0",
        "import subprocess\n"
        "assert subprocess.run(['pip', 'install', 'x'], capture_output=True).returncode == 0\n"
        "assert subprocess.check_output('conda install x', shell=True) == b''",
        "import subprocess, sys\nassert subprocess.check_output([sys.executable, '-c', 'print(1)']).split() == [b'1']",
    ).run()
    assert not failures(ran)
    assert len(notes(ran)) == 5


def test_the_folder_is_left_for_its_own_folders_only(session):
    """`%cd` works below the notebook's folder, and everywhere else stays where it is."""
    ran = session(
        "import os\nhome = os.getcwd()\nos.makedirs('a/b')\n%cd a/b\nassert os.getcwd().endswith('a/b')",
        "%cd -\nassert os.getcwd() == home\n%cd 'a'\n%cd\nassert os.getcwd() == home",
        "%cd ..\n%cd /tmp\n%cd a/../../x\nassert os.getcwd() == home",
    ).run()
    assert not failures(ran)
    assert [len(each.run.notes) for each in ran] == [0, 0, 3]


def test_timeit_runs_once(session):
    """However often it is asked for, and its result is there."""
    ran = session(
        "runs = []\ndef count():\n    runs.append(1)",
        "taken = %timeit -o -n 50 -r 7 count()\nassert len(runs) == 1 and taken.loops == 1",
        "%%timeit -r 20 -n5 start = 1\ncount()\ncount()",
        "assert len(runs) == 3",
    ).run()
    assert not failures(ran)


def test_an_unknown_version_of_tensorflow_is_noted(session):
    """TensorFlow 1 was asked for in Colab; the one that runs is named."""
    (ran,) = session("%tensorflow_version 1.x").run()
    assert ran.run.status is CellStatus.OK
    assert re.fullmatch(r"`%tensorflow_version 1.x` was skipped: TensorFlow 2\.\S+ runs here\.", *ran.run.notes)


def test_colab_is_found_in_every_spelling(session):
    """Its modules can be imported as a whole, by name, under another name, and asked for what is not listed."""
    ran = session(
        "import google.colab\ngoogle.colab.drive.mount('/content/drive')",
        "import google.colab.files as f\nf.download('x')\nf.view('x')",
        "from google.colab import output, data_table\noutput.enable_custom_widget_manager()\n"
        "data_table.enable_dataframe_formatter()",
        "from google.protobuf import descriptor\nimport google.protobuf",
        "try:\n    import google.colab\n    IN_COLAB = True\nexcept ImportError:\n    IN_COLAB = False",
        "import kaggle\nkaggle.api.authenticate()\nfrom pip._internal import main\nassert main(['install', 'x']) == 0",
    ).run()
    assert not failures(ran)
    assert "`google.colab.files.view` does nothing while a notebook is graded." in notes(ran)


def test_every_data_set_of_keras_is_served(session):
    """All eight loaders return what Keras documents, however they are imported, and with their own arguments."""
    ran = session(
        "import keras, numpy as np\nfrom tensorflow import keras as tk\n"
        "def shapes(loaded):\n    (a, b), (c, d) = loaded\n    return a.shape, b.shape, c.shape, d.shape",
        "from keras.datasets.mnist import load_data\nimport tensorflow.keras.datasets.fashion_mnist as fashion\n"
        "expected = (60000, 28, 28), (60000,), (10000, 28, 28), (10000,)\n"
        "assert shapes(load_data('mnist.npz')) == shapes(fashion.load_data()) == expected",
        "from tensorflow.keras.datasets import cifar100\n(a, b), (c, d) = cifar100.load_data(label_mode='coarse')\n"
        "assert shapes(((a, b), (c, d))) == ((50000, 32, 32, 3), (50000, 1), (10000, 32, 32, 3), (10000, 1))\n"
        "assert b.dtype == 'uint8' and set(np.unique(b)) == set(range(20))\n"
        "assert set(np.unique(cifar100.load_data()[0][1])) == set(range(100))",
        "assert shapes(tk.datasets.boston_housing.load_data()) == ((404, 13), (404,), (102, 13), (102,))\n"
        "assert shapes(keras.datasets.california_housing.load_data('small')) == ((480, 8), (480,), (120, 8), (120,))\n"
        "assert keras.datasets.california_housing.load_data(test_split=0.5)[0][0].shape == (10320, 8)",
        "(a, b), (c, d) = keras.datasets.imdb.load_data(num_words=500, maxlen=80)\n"
        "assert shapes(((a, b), (c, d))) == ((25000,), (25000,), (25000,), (25000,)) and set(b) == {0, 1}\n"
        "assert max(max(each) for each in a) < 500 and max(map(len, a)) <= 80 and a[0][0] == 1\n"
        "assert keras.utils.pad_sequences(a, 40).shape == (25000, 40)\n"
        "assert len(keras.datasets.imdb.get_word_index()) == 20000",
        "assert shapes(keras.datasets.reuters.load_data()) == ((8982,), (8982,), (2246,), (2246,))\n"
        "assert len(keras.datasets.reuters.get_label_names()) == 46",
    ).run()
    assert not failures(ran)


def test_fit_is_shortened_whatever_it_is_given(session):
    """Arrays, data sets, generators, sequences and callbacks: one batch, and a history as long as was asked for."""
    ran = session(
        MODEL,
        "callbacks = [keras.callbacks.EarlyStopping(patience=1), keras.callbacks.TensorBoard('logs', 1),\n"
        "             keras.callbacks.ModelCheckpoint('{epoch:02d}.keras'), keras.callbacks.CSVLogger('log.csv'),\n"
        "             keras.callbacks.ReduceLROnPlateau(), keras.callbacks.LambdaCallback()]\n"
        "history = model.fit(x, y, epochs=6, initial_epoch=2, validation_split=0.5, callbacks=callbacks, verbose=0)\n"
        "assert history.epoch == [2, 3, 4, 5]\n"
        "assert {name: len(values) for name, values in history.history.items()} == dict(\n"
        "    loss=4, mae=4, val_loss=4, val_mae=4, **{'learning_rate': 4}), history.history",
        "class Batches(keras.utils.PyDataset):\n    def __len__(self):\n        return 5\n"
        "    def __getitem__(self, number):\n        return x[:4], y[:4]\n"
        "history = model.fit(Batches(), epochs=3, validation_data=Batches(), verbose=0)\n"
        "assert len(history.history['val_loss']) == 3",
        "def endless():\n    while True:\n        yield x[:4], y[:4]\n"
        "model.fit(endless(), steps_per_epoch=1000, epochs=2, verbose=0)\n"
        "model.evaluate(endless(), steps=9, verbose=0)",
        "data = tf.data.Dataset.from_tensor_slices((x, y)).repeat().batch(4)\n"
        "assert len(model.fit(data, epochs=2, steps_per_epoch=99, verbose=0).history['loss']) == 2",
        "made = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)\n"
        "images = made.flow(np.ones((9, 4, 4, 1)), y[:9], batch_size=3)\n"
        "small = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])\nsmall.compile('sgd', 'mse')\n"
        "small.fit(images, epochs=2, verbose=0)",
        "assert int(model.optimizer.iterations) == 4\nassert model.fit(x, y, epochs=0, verbose=0).history == {}",
    ).run()
    assert not failures(ran)
    assert len(notes(ran)) == 1, "a notebook is told once"
    assert "one batch" in notes(ran)[0]


def test_a_skipped_fit_leaves_a_history_without_numbers(session):
    """Code that draws the history finds its names and lengths, and the student reads why nothing is drawn."""
    ran = session(
        MODEL,
        "history = model.fit(x, y, epochs=3, validation_split=0.2)\n"
        "assert set(history.history) == {'loss', 'mae', 'val_loss', 'val_mae'}\n"
        "assert np.isnan(history.history['loss']).tolist() == [True] * 3 and history.epoch == [0, 1, 2]",
        execution=Execution(fit=FitPolicy.SKIP),
    ).run()
    assert not failures(ran)
    assert notes(ran) == ["`fit` is skipped in each cell while a notebook is graded: the history holds no numbers."]


def test_train_on_batch_and_predict_are_as_they_are(session):
    """A loop of one's own takes every step that it says."""
    ran = session(
        MODEL,
        "for _ in range(5):\n    model.train_on_batch(x, y)\nassert int(model.optimizer.iterations) == 5",
        "assert model.predict(x, verbose=0).shape == (40, 1)",
    ).run()
    assert not failures(ran)
    assert not notes(ran)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("print 'x'", "write `print(...)`"),
        ("try:\n    1\nexcept ValueError, e:\n    pass", "write `except Error as error:`"),
        ("raise ValueError, 'x'", "write `raise Error("),
        ("1 <> 2", "write `!=`"),
        ("0777", "write `0o17`"),
        ("raw_input()", "write the value itself"),
        ("{}.has_key(1)", "write `key in dictionary`"),
        ("import sys\nprint >>sys.stderr, 1", "write `print(..., file=stream)`"),
    ],
)
def test_python_2_is_recognised(session, source, words):
    """Syntax and functions of Python 2 are told as what they are, and the next cell runs."""
    ran = session(source, "x = 1").run()
    assert [each.run.status for each in ran] == [CellStatus.RAISED, CellStatus.OK]
    assert words in " ".join(ran[0].run.notes)


def test_an_explanation_is_for_what_is_explained(session):
    """A mistake of one's own that looks like an old name gets no advice."""
    ran = session(
        "def f(x):\n    pass\nf(lr=1)",
        "class Mine:\n    def fit(self, x):\n        pass\nMine().fit(nb_epoch=3)",
        "{'loss': 1}['acc']",
        "class Other:\n    pass\nOther().predict_classes(1)",
        "undefined",
        "(1",
    ).run()
    assert len(failures(ran)) == 6
    assert not notes(ran)


def test_errors_name_no_folder_of_the_machine(session):
    """An import that fails is told without where the module lies."""
    (ran,) = session("from keras.utils import np_utils").run()
    assert ran.run.message == (
        "The cell raised ImportError: cannot import name 'np_utils' from 'keras.utils' "
        "(line 1: `from keras.utils import np_utils`)"
    )


def test_advice_reaches_the_checks(submission):
    """A function that a check calls is told what to write as well as a cell is."""
    mine = submission("import numpy as np\ndef whole(x):\n    return np.int(x)")
    with pytest.raises(StudentCodeRaised, match="`whole` was called, and raised .*write `int`"):
        mine.call("whole", 1.5, returns=number())


def test_a_stub_left_below_an_answer_hides_nothing(submission, session):
    """What stands above the stub's last line is defined, and the student reads what the cell stumbled over."""
    source = "def f(x):\n    return x + 1\n\n# YOUR CODE HERE\nraise NotImplementedError()"
    assert submission(source).call("f", 1, returns=number()) == 2
    (ran,) = session(source).run()
    assert "the stub's last line is still there" in ran.run.message


SHIMMED = [
    "from keras.utils import np_utils\nassert np_utils.to_categorical([1], 3).tolist() == [[0, 1, 0]]",
    "import tensorflow as tf\nassert tf.keras.utils.np_utils.to_categorical is tf.keras.utils.to_categorical",
    "from tensorflow.keras.utils.np_utils import to_categorical",
    "from keras.layers.convolutional import Conv2D, MaxPooling2D\nassert Conv2D is keras.layers.Conv2D",
    "from keras.layers.core import Dense, Dropout\nfrom keras.layers.normalization import BatchNormalization",
    "from keras.layers.merge import add, concatenate\nfrom keras.layers.advanced_activations import LeakyReLU",
    "from tensorflow.keras.layers.experimental.preprocessing import Resizing\nassert Resizing is keras.layers.Resizing",
    "tf.keras.layers.experimental.preprocessing.RandomFlip('horizontal')",
    "from keras.engine.topology import Layer\nassert Layer is keras.Layer",
    "from keras.preprocessing.image import ImageDataGenerator",
    "assert float(keras.optimizers.SGD(lr=0.5).learning_rate) == 0.5",
    "made = tf.keras.optimizers.Adam(lr=0.25)\nassert made.lr == made.learning_rate == 0.25\n"
    "made.lr = 0.5\nassert made.learning_rate == 0.5",
    "assert isinstance(keras.optimizers.legacy.Adam(0.1), keras.optimizers.Adam)",
    "from keras import backend as K\nassert float(K.mean(tf.ones(3))) == 1",
    "assert np.float is float and np.int is int and np.product([2, 3]) == 6",
    "history = model.fit_generator(iter([(x, y)]), steps_per_epoch=9, epochs=4, workers=2, verbose=0)\n"
    "assert len(history.history['loss']) == 4",
    "two = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5)])\n"
    "assert (two.predict_classes(x) == two.predict(x, verbose=0).argmax(-1)).all()",
    "assert set(np.unique(model.predict_classes(x))) <= {0, 1} and model.predict_proba(x).shape == (40, 1)",
    "from IPython.core.display import display, HTML",
]


def test_old_names_can_be_defined(session):
    """Where the policy says so, names that still mean the same work, and the others are explained as ever."""
    ran = session(
        MODEL,
        *SHIMMED,
        "tf.Session()",
        "keras.layers.Dense(3, init='uniform')",
        execution=Execution(old_names=OldNames.SHIM),
    ).run()
    assert len(failures(ran)) == 2, failures(ran)[0]
    assert "TensorFlow runs at once" in ran[-2].run.notes[0]
    assert "write `kernel_initializer=`" in ran[-1].run.notes[0]


def test_old_names_are_explained_else(session):
    """Each of them raises without that policy, and the student reads what to write today."""
    ran = session(MODEL, "import tensorflow as tf", *SHIMMED).run()[2:]
    assert len(failures(ran)) == len(SHIMMED)
    assert all(len(each.run.notes) == 1 and ": write " in each.run.notes[0] for each in ran)
