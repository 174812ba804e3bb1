"""The cells of a notebook run as in Jupyter, and whatever one of them does, the others still run."""

import os
import re
import signal
import threading
import time

import numpy as np
import pytest

from autograder.records import CellStatus
from autograder.settings import Execution, FitPolicy


def statuses(executed):
    """Return how each cell ended."""
    return [each.run.status for each in executed]


def test_a_cell_shows_what_it_would_in_jupyter(session):
    """Printed text, the last expression and open figures become outputs, in order."""
    (shown,) = session(
        "import sys\nimport matplotlib.pyplot as plt\n"
        "print('out')\nprint('err', file=sys.stderr)\nplt.plot([1, 2])\n3 + 4"
    ).run()
    assert [(output["type"], output.get("name")) for output in shown.outputs] == [
        ("stream", "stdout"),
        ("stream", "stderr"),
        ("result", None),
        ("display", None),
    ]
    assert shown.outputs[2]["text"] == "7"
    assert shown.outputs[3]["pixels"].shape[2] == 4


def test_what_tensorflow_writes_to_stderr_fails_nothing(session):
    """stderr is output, never a failure."""
    executed = session(
        "import sys, os\nsys.stderr.write('I0000 cpu_feature_guard')\nos.write(2, b'noise')\nx = 1"
    ).run()
    assert statuses(executed) == [CellStatus.OK]


def test_a_cell_that_raises_does_not_stop_the_next(session):
    """The student reads what was raised and where; later cells see what earlier ones defined."""
    notebook = session("a = 1", "b = 2\n1 / 0", "c = a + b")
    executed = notebook.run()
    assert statuses(executed) == [CellStatus.OK, CellStatus.RAISED, CellStatus.OK]
    assert executed[1].run.message == "The cell raised ZeroDivisionError: division by zero (line 2: `1 / 0`)"
    assert notebook.ask("ask", target=("ref", "c"), present="data") == 3


def test_a_syntax_error_costs_its_cell(session):
    """A cell that does not parse is a sentence with the line, and the next one runs."""
    executed = session("def broken(:\n    pass", "x = 1").run()
    assert statuses(executed) == [CellStatus.RAISED, CellStatus.OK]
    assert "SyntaxError" in executed[0].run.message


def test_an_endless_cell_is_interrupted(session):
    """A loop is stopped at the limit, its variables stay, and the rest of the notebook runs."""
    notebook = session("n = 0\nwhile True:\n    n += 1", "m = n > 0", cell_s=1.0)
    executed = notebook.run()
    assert statuses(executed) == [CellStatus.LIMIT, CellStatus.OK]
    assert re.search(r"longer than (1 s of CPU time|3 s) ", executed[0].run.message)
    assert notebook.ask("ask", target=("ref", "m"), present="data") is True


def test_a_cell_that_will_not_stop_is_ended(session):
    """A loop that swallows the interrupt costs the process; the other cells run again without it."""
    endless = "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass"
    notebook = session("a = 1", endless, "b = a + 1", cell_s=1.0)
    executed = notebook.run()
    assert statuses(executed) == [CellStatus.OK, CellStatus.LIMIT, CellStatus.OK]
    assert notebook.ask("ask", target=("ref", "b"), present="data") == 2


def test_a_cell_that_ends_the_process_is_left_out(session):
    """os._exit costs its own cell."""
    notebook = session("a = 1", "import os\nos._exit(0)", "b = a + 1")
    assert statuses(notebook.run()) == [CellStatus.OK, CellStatus.ENDED, CellStatus.OK]
    assert notebook.ask("ask", target=("ref", "b"), present="data") == 2


def test_a_cell_that_something_else_killed_is_run_again(session):
    """A machine that runs out of memory kills whom it likes: once costs nobody anything."""
    notebook = session("a = 1", "import time\ntime.sleep(2)\nb = a + 1", "c = b + 1")

    def kill() -> None:
        while notebook._child is None:
            time.sleep(0.01)
        os.kill(notebook._child.answering_pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    executed = notebook.run()
    killer.join()
    assert notebook._run_again
    assert statuses(executed) == [CellStatus.OK] * 3
    assert notebook.ask("ask", target=("ref", "c"), present="data") == 3


def test_a_cell_that_kills_its_process_is_blamed_the_second_time(session):
    """SIGKILL in every run is the cell's own doing: it is left out, and the cells around it run."""
    notebook = session("a = 1", "import os\nos.kill(os.getpid(), 9)", "b = a + 1")
    executed = notebook.run()
    assert statuses(executed) == [CellStatus.OK, CellStatus.ENDED, CellStatus.OK]
    assert notebook.ask("ask", target=("ref", "b"), present="data") == 2


def test_a_notebook_that_keeps_ending_its_process_ends(session):
    """There is a bound on how often a notebook is begun again."""
    executed = session(*["import os\nos._exit(0)"] * 8).run()
    assert statuses(executed)[-1] is CellStatus.NOT_RUN


@pytest.mark.parametrize("source", ["exit()", "quit()", "import sys\nsys.exit(1)", "raise KeyboardInterrupt"])
def test_leaving_a_cell_leaves_the_notebook_alive(session, source):
    """What ends a script does not end a notebook."""
    assert statuses(session(source, "x = 1").run())[-1] is CellStatus.OK


def test_a_flood_of_output_keeps_its_head_and_tail(session):
    """Endless printing costs memory neither here nor there."""
    (shown,) = session("for i in range(200_000):\n    print('line', i)", output_kib=4).run()
    text = "".join(output["text"] for output in shown.outputs)
    assert "line 0\n" in text
    assert "line 199999" in text
    assert "left out" in text
    assert len(text) < 40_000


def test_shell_and_install_lines_are_skipped_and_noted(session):
    """A `!pip install` neither runs nor fails."""
    executed = session(
        "!pip install torch", "%pip install torch\nfiles = !ls\nx = len(files)", "%matplotlib inline"
    ).run()
    assert statuses(executed) == [CellStatus.OK] * 3
    assert "pip install torch" in executed[0].run.notes[0]
    assert len(executed[1].run.notes) == 2


def test_nobody_answers_input(session):
    """A cell that asks a person is told that there is none."""
    (asked,) = session("input('name? ')").run()
    assert asked.run.status is CellStatus.RAISED


def test_fit_runs_one_batch_in_cells(session):
    """Twenty epochs on two thousand images take a moment, and the history is real."""
    fit = """
import keras, numpy as np
model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10, 'softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
x, y = np.zeros((2000, 32, 32, 3), 'uint8'), np.zeros(2000, 'int64')
history = model.fit(x, y, epochs=20, validation_data=(x, y), verbose=0)
names, steps = sorted(history.history), int(model.optimizer.iterations.numpy())
loss, accuracy = model.evaluate(x, y, verbose=0)
"""
    notebook = session(fit)
    executed = notebook.run()
    assert statuses(executed) == [CellStatus.OK], executed[0].run.message
    names = notebook.ask("ask", target=("ref", "names"), present="data")
    assert names == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert notebook.ask("ask", target=("ref", "steps"), present="data") == 1


@pytest.mark.parametrize(("policy", "steps"), [(FitPolicy.FULL, 4), (FitPolicy.SKIP, 0)])
def test_fit_follows_the_policy(session, policy, steps):
    """An assignment may ask for training in full, or for none."""
    fit = """
import keras, numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile('sgd', 'mse')
history = model.fit(np.zeros((16, 4)), np.zeros((16, 1)), epochs=2, batch_size=8, verbose=0)
steps = int(model.optimizer.iterations.numpy())
"""
    notebook = session(fit, execution=Execution(fit=policy))
    assert statuses(notebook.run()) == [CellStatus.OK]
    assert notebook.ask("ask", target=("ref", "steps"), present="data") == steps


def test_arguments_of_fit_may_stand_in_their_places(session):
    """`fit(x, y, 32, 10)` and `evaluate(x, y, 32)` are as good as with names; a misspelt name is told as ever."""
    cell = """
import keras, numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile('sgd', 'mse')
x, y = np.zeros((64, 4)), np.zeros((64, 1))
epochs = len(model.fit(x, y, 32, 10, 0).history['loss'])
loss = model.evaluate(x, y, 32, 0)
"""
    executed = session(cell, "model.fit(x, y, epoch=3)").run()
    assert statuses(executed) == [CellStatus.OK, CellStatus.RAISED], executed[0].run.message
    assert "'epoch'" in executed[1].run.message


def test_a_dataset_is_shortened_too(session):
    """A tf.data pipeline is trained on for one batch as well."""
    fit = """
import keras, numpy as np, tensorflow as tf
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile('sgd', 'mse')
data = tf.data.Dataset.from_tensor_slices((np.zeros((64, 4), 'float32'), np.zeros((64, 1), 'float32'))).batch(16)
history = model.fit(data, epochs=5, validation_data=data, verbose=0)
names = sorted(history.history)
"""
    notebook = session(fit)
    executed = notebook.run()
    assert statuses(executed) == [CellStatus.OK], executed[0].run.message
    assert notebook.ask("ask", target=("ref", "names"), present="data") == ["loss", "val_loss"]


@pytest.mark.parametrize("module", ["keras", "tf.keras"])
def test_data_sets_are_served(session, module):
    """load_data gives arrays of the real shapes, without a network."""
    load = f"""
import keras, tensorflow as tf
(train_images, train_labels), (test_images, test_labels) = {module}.datasets.cifar10.load_data()
shapes = [train_images.shape, train_labels.shape, test_images.shape, test_labels.shape]
kinds = [str(train_images.dtype), str(train_labels.dtype)]
"""
    notebook = session(load)
    assert statuses(notebook.run()) == [CellStatus.OK]
    shapes = notebook.ask("ask", target=("ref", "shapes"), present="data")
    assert shapes == [(50_000, 32, 32, 3), (50_000, 1), (10_000, 32, 32, 3), (10_000, 1)]
    assert notebook.ask("ask", target=("ref", "kinds"), present="data") == ["uint8", "uint8"]


def test_random_numbers_are_the_same_in_every_grading(session):
    """Python's, NumPy's and Keras's generators start from the submission's seed."""
    source = (
        "import random, numpy as np, keras\n"
        "drawn = [random.random(), float(np.random.rand()), float(keras.random.uniform(()))]"
    )

    def drawn():
        notebook = session(source)
        notebook.run()
        return notebook.ask("ask", target=("ref", "drawn"), present="data")

    first = drawn()
    assert first == drawn()
    assert len(set(first)) == 3


def test_student_code_finds_a_clean_environment(session, monkeypatch):
    """Variables of the operator do not reach a notebook; its home is its own folder."""
    monkeypatch.setenv("AUTOGRADER_SECRET", "a long canary of the operator")
    notebook = session("import os\nnames = sorted(os.environ)\nhome = os.environ['HOME'] == os.getcwd()")
    notebook.run()
    assert not {"AUTOGRADER_SECRET", "USER"} & set(notebook.ask("ask", target=("ref", "names"), present="data"))
    assert notebook.ask("ask", target=("ref", "home"), present="data") is True


def test_a_notebook_sees_its_own_folder(session):
    """Every place where Jupyter shows where it was started names the folder that the notebook runs in."""
    notebook = session(
        "import os, sys\nhere = os.getcwd()",
        "pwd = %pwd",
        "shell = get_ipython()\nplaces = [*map(str, _dh), *map(str, shell.history_manager.dir_hist), "
        "str(shell.starting_dir), str(shell.home_dir), pwd, os.path.expanduser('~')]\nbeside = sys.path[0]",
    )
    notebook.run()
    here, places, beside = (
        notebook.ask("ask", target=("ref", name), present="data") for name in ("here", "places", "beside")
    )
    assert set(places) == {here}
    assert len(places) == 6
    assert beside == ""


def test_a_notebook_sees_nothing_of_the_grader(session, operators_folder):
    """Nothing ran in its shell before, and nothing that can be reached from there names the operator's folder."""
    start, end = operators_folder.name[:6], operators_folder.name[6:]
    look = f"""
import sys
from pathlib import PurePath

def texts(start):
    pending, seen = [start], set()
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, (str, bytes, PurePath)):
            yield str(each)
        elif isinstance(each, dict):
            pending += [*each, *each.values()]
        elif isinstance(each, (list, tuple, set, frozenset)):
            pending += each
        else:
            pending += [vars(each)] if hasattr(each, '__dict__') else []

found = [text[:200] for text in texts([get_ipython(), globals(), sys.path, sys.modules['__main__']])]
named = [text for text in found if '{start}' + '{end}' in text]
is_searched = len(found) > 1000
"""
    notebook = session("history = [list(In), dict(Out), list(_ih), get_ipython().execution_count]", look)
    notebook.run()
    history, named, is_searched = (
        notebook.ask("ask", target=("ref", name), present="data") for name in ("history", "named", "is_searched")
    )
    assert history == [[""], {}, [""], 1]
    assert is_searched
    assert named == []


def test_files_of_the_assignment_lie_beside_the_notebook(zygote, tier, tmp_path):
    """A declared file can be opened by its name."""
    from autograder.sandbox.session import Cell, NotebookSession
    from autograder.sandbox.spec import walled
    from autograder.settings import Limits

    (tmp_path / "words.txt").write_text("three")
    cells = [Cell(0, None, "word = open('data/words.txt').read()")]
    files = {"data/words.txt": tmp_path / "words.txt"}
    surroundings = walled(tier, Limits(), files)
    notebook = NotebookSession(zygote, cells, limits=Limits(), execution=Execution(), surroundings=surroundings)
    try:
        notebook.run()
        assert notebook.ask("ask", target=("ref", "word"), present="data") == "three"
    finally:
        notebook.close()


def test_a_picture_is_pixels(session):
    """A figure shown with plt.show or as the last expression crosses as an array, not as a file."""
    (shown,) = session(
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(4, 3))\n"
        "ax.plot([1])\nplt.show()\nprint('after')"
    ).run()
    assert [output["type"] for output in shown.outputs] == ["display", "stream"]
    assert isinstance(shown.outputs[0]["pixels"], np.ndarray)


@pytest.mark.parametrize(
    ("source", "limits", "words"),
    [
        ("hold = [b'x' * (64 << 20) for _ in range(30)]", {"memory_mib": 600}, "more memory than the 600 MiB"),
        ("open('big', 'wb').write(bytes(9 << 20))", {"file_mib": 8}, "a file larger than the 8 MiB"),
        ("for n in range(300): open(f'file{n}', 'wb').write(bytes(100))", {"inodes": 200}, "in 200 files"),
        ("import time\ntime.sleep(60)", {"cell_s": 0.2}, r"longer than 0\.6 s"),
        ("while True: pass", {"cell_s": 0.3}, r"0\.3 s of CPU time|longer than 0\.9 s"),  # the latter where it is busy
    ],
)
def test_the_limit_that_a_cell_hits_is_named(session, source, limits, words):
    """A cell that runs into a limit is told which, and the cells after it run."""
    ran = session(source, "after = 1", **limits).run()
    assert ran[0].run.status is CellStatus.LIMIT
    assert re.search(words, ran[0].run.message)
    assert ran[1].run.status is CellStatus.OK


def test_operations_run_directly(session):
    """TensorFlow makes no functions around the operations of a notebook: that took a third of a grading."""
    notebook = session(
        "import tensorflow as tf\nfrom tensorflow.python.eager import context\n"
        "tf.nn.relu(tf.constant([1.0]) + 1)\nnames = [str(name) for name in context.context().list_function_names()]"
    )
    assert statuses(notebook.run()) == [CellStatus.OK]
    assert notebook.ask("ask", target=("ref", "names"), present="data") == []
