"""Cells that train, show, raise, hang and end."""

from __future__ import annotations

from messy.builder import add, move, run_first, run_last, write
from messy.case import Case, Ended, limited, raised
from messy.course import CODE

from autograder.records import CellStatus


def _trains(fitted: str = "inputs, targets, epochs=10") -> str:
    return f"""network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
network.compile(optimizer="sgd", loss="mse")
history = network.fit({fitted})
losses = history.history["loss"]"""


LONG = "data = np.ones((20000, 4), 'float32')\n" + _trains(
    "data, data[:, :1], 32, 10, validation_data=(data, data[:, :1]), callbacks=[keras.callbacks.EarlyStopping()]"
)
LOOP = """network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
network.compile(optimizer="sgd", loss="mse")
losses = [float(network.train_on_batch(inputs, targets)) for _ in range(10)]"""

TRAINING = (
    Case("trains_for_ten_epochs", "It trains for ten epochs on many examples.", (write("losses", LONG),)),
    Case(
        "trains_again_and_again",
        "It trains in five cells, for ten epochs each.",
        (run_last(*5 * ("network.fit(inputs, targets, epochs=10, verbose=2)",), "network.evaluate(inputs, targets)"),),
    ),
    Case("trains_by_its_own_loop", "It trains with a loop of its own.", (write("losses", LOOP),)),
    Case(
        "draws_its_training",
        "It draws the history of its training, and predicts.",
        (
            run_last(
                "import matplotlib.pyplot as plt\nplt.plot(losses, label='loss')\nplt.legend()\nplt.show()",
                "network.predict(inputs).shape",
                "network.summary()",
            ),
        ),
    ),
    Case(
        "saves_its_model",
        "It saves the best model while it trains, and loads it.",
        (
            write(
                "losses",
                _trains("inputs, targets, epochs=10, callbacks=[keras.callbacks.ModelCheckpoint('best.keras')]"),
            ),
            run_last("keras.models.load_model('best.keras').count_params()"),
        ),
        is_variant=True,
    ),
    Case(
        "too_few_epochs",
        "It trains for three epochs only, which is wrong however it is run.",
        (write("losses", _trains("inputs, targets, epochs=3")),),
        points={"losses": 0.0},
        is_variant=True,
    ),
)

OUTPUTS = (
    Case(
        "prints_megabytes",
        "It prints some megabytes.",
        (run_last("for number in range(20000):\n    print(number, 60 * 'x')"),),
    ),
    Case("returns_megabytes", "A cell ends with a large list.", (run_last("list(range(200000))"),), is_variant=True),
    Case(
        "many_figures",
        "It draws more figures than are kept.",
        (
            run_last(
                "import matplotlib.pyplot as plt\nfor n in range(9):\n    plt.figure(figsize=(1, 1)); plt.plot([n])"
            ),
        ),
    ),
    Case(
        "figures_on_a_screen",
        "It asks for a window to show figures in.",
        (
            run_last(
                "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt",
                "figure, axes = plt.subplots()\naxes.plot([1, 2])\nfigure.show()",
                "plt.ion()\nplt.plot([1])\nplt.pause(0.01)\nplt.show(block=True)",
            ),
        ),
    ),
    Case(
        "warns",
        "It prints warnings and errors to stderr, which is no mistake.",
        (run_last("import sys, warnings\nwarnings.warn('old')\nprint('error!', file=sys.stderr)"),),
        is_variant=True,
    ),
)

FAILING = (
    Case(
        "raises_first",
        "A cell raises before all others: nothing depends on it.",
        (run_first("raise RuntimeError('no GPU')", "assert False", "1 / 0"),),
        ended=(raised(None, "RuntimeError"), raised(None, "AssertionError"), raised(None, "ZeroDivisionError")),
    ),
    Case(
        "raises_in_an_answer",
        "An answer raises below its function: the function is there.",
        (add("scaled", "\n\nscaled('a', 'b')"),),
        ended=(raised("scaled", "TypeError"),),
    ),
    Case(
        "raises_above_an_answer",
        "An answer raises before it defines anything: that question alone is lost.",
        (write("tiny", f"undefined_name\n{CODE['tiny']}"),),
        points={"tiny": 0.0},
        ended=(raised("tiny", "NameError"),),
    ),
    Case(
        "does_not_parse",
        "An answer is no Python: that question alone is lost.",
        (write("scaled", "def scaled(images)\n    return images / 255"),),
        points={"scaled": 0.0},
        ended=(raised("scaled", "SyntaxError"),),
    ),
    Case(
        "own_cell_does_not_parse",
        "A cell of the student's own was never finished.",
        (run_first("for image in", "x = (1, 2", "model.fit(...", "“quoted”"),),
        ended=tuple(raised(None, "SyntaxError") for _ in range(4)),
        is_variant=True,
    ),
    Case(
        "hangs",
        "A cell never ends: it is stopped, and the others run.",
        (run_first("while True:\n    pass"),),
        ended=(limited(None, "took longer than"),),
    ),
    Case(
        "hangs_in_an_answer",
        "An answer never ends below its function: the function is there.",
        (add("tiny", "\n\nwhile True:\n    tiny"),),
        ended=(limited("tiny", "took longer than"),),
        is_variant=True,
    ),
    Case(
        "ends_the_process",
        "A cell ends Python itself: it is left out, and the others run.",
        (run_first("import os\nos._exit(0)"),),
        ended=(Ended(None, CellStatus.ENDED, "ended the notebook's process"),),
    ),
    Case(
        "exits",
        "Cells call exit and quit.",
        (run_first("exit()", "quit", "import sys\nsys.exit(1)"),),
        ended=(raised(None, "SystemExit"),),
    ),
    Case(
        "out_of_order",
        "An answer uses what a cell further down defines: it ran once, in another order.",
        (
            write("scaled", "largest = limit\n\n\ndef scaled(images):\n    return np.float32(images) / largest"),
            run_last("limit = 255"),
        ),
        points={"scaled": 0.0},
        ended=(raised("scaled", "NameError"),),
    ),
    Case(
        "uses_what_is_gone",
        "An answer uses a name that only a deleted cell defined.",
        (write("losses", _trains().replace("losses =", "losses = scaling *")),),
        points={"losses": 0.0},
        ended=(raised("losses", "NameError"),),
    ),
    Case(
        "undoes_an_import",
        "A cell of the student's own calls a number `np`, above answers that need NumPy.",
        (run_first("np = 3"),),
        points={"scaled": 0.0, "losses": 0.0},
        ended=(raised("data", "AttributeError"), raised("losses", "NameError")),
        is_variant=True,
    ),
    Case(
        "deletes_a_name",
        "The last cell deletes what was asked for.",
        (run_last("del tiny"),),
        points={"tiny": 0.0},
        is_variant=True,
    ),
    Case(
        "resets",
        "The last cell resets everything.",
        (run_last("%reset -f"),),
        points=dict.fromkeys(CODE, 0.0),
        is_variant=True,
    ),
)

TOGETHER = Case(
    "everything_at_once",
    "It was moved, installs, mounts, raises, and has an answer that was never finished.",
    (
        move("losses", "conv_size"),
        run_first("!pip install x", "from google.colab import drive\ndrive.mount('/x')", "1 / 0"),
        write("tiny", "def tiny("),
    ),
    repairs=(("order", None),),
    points={"tiny": 0.0},
    ended=(raised(None, "ZeroDivisionError"), raised("tiny", "SyntaxError")),
    notes=("pip install x", "Google Drive is not there"),
)

CASES = (*TRAINING, *OUTPUTS, *FAILING, TOGETHER)
