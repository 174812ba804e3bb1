"""Code from other years: of former versions of Keras, TensorFlow, NumPy and Python."""

from __future__ import annotations

from messy.builder import run_first, run_last, write
from messy.case import Case, raised
from messy.course import CODE

LR = """network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
network.compile(optimizer=keras.optimizers.SGD(lr=0.1), loss="mse")
losses = network.fit(inputs, targets, epochs=10).history["loss"]"""

CASES = (
    Case(
        "old_modules",
        "It imports modules of Keras that are gone.",
        (
            run_first(
                "from keras.utils import np_utils",
                "from keras.layers.convolutional import Conv2D",
                "from tensorflow.keras.layers.normalization import BatchNormalization",
                "from keras.layers.core import Dense, Flatten",
                "import tensorflow.contrib.slim as slim",
                "from keras.engine.topology import Layer",
            ),
        ),
        ended=tuple(raised(None) for _ in range(6)),
        notes=tuple(
            f"`{name}"
            for name in (
                "keras.utils.np_utils`",
                "keras.layers.convolutional`",
                "keras.layers.normalization`",
                "keras.layers.core`",
                "tensorflow.contrib",
                "keras.engine",
            )
        ),
    ),
    Case(
        "np_utils_of_tensorflow",
        "It calls a function of `np_utils`.",
        (run_first("import tensorflow as tf\ntf.keras.utils.np_utils.to_categorical([1], 3)"),),
        ended=(raised(None, "AttributeError"),),
        notes=("`keras.utils.np_utils` no longer exists",),
        is_variant=True,
    ),
    Case(
        "old_argument_in_an_answer",
        "An answer names the learning rate `lr`: that question alone is lost, and is told what to write.",
        (write("losses", LR),),
        points={"losses": 0.0},
        ended=(raised("losses", "lr"),),
        notes=("write `learning_rate=`",),
    ),
    Case(
        "old_methods",
        "It calls methods that models no longer have.",
        (
            run_last(
                "network.predict_classes(inputs)",
                "network.fit_generator(iter([(inputs, targets)]), steps_per_epoch=1)",
                "history.history['acc']",
            ),
        ),
        ended=(raised(None, "AttributeError"), raised(None, "AttributeError"), raised(None, "KeyError")),
        notes=("`predict_classes` no longer exists", "`fit_generator` no longer exists", "The history has no `acc`"),
    ),
    Case(
        "old_numpy",
        "It uses names that NumPy has dropped.",
        (run_first("np.zeros(3, dtype=np.float)", "np.product([1, 2])"),),
        ended=(raised(None, "AttributeError"), raised(None, "AttributeError")),
        notes=("`numpy.float` no longer exists", "`numpy.product` no longer exists"),
    ),
    Case(
        "sessions",
        "It opens a session, as TensorFlow 1 did.",
        (run_first("import tensorflow as tf\nwith tf.Session() as session:\n    pass", "tf.placeholder(tf.float32)"),),
        ended=(raised(None, "AttributeError"), raised(None, "AttributeError")),
        notes=("`tensorflow.Session` no longer exists", "`tensorflow.placeholder` no longer exists"),
        is_variant=True,
    ),
    Case(
        "python_2",
        "Its own cells are Python 2.",
        (run_first("print 'epochs', 10", "for n in xrange(3):\n    n", "raise ValueError, 'no'", "{}.has_key(1)"),),
        ended=(
            raised(None, "SyntaxError"),
            raised(None, "NameError"),
            raised(None, "SyntaxError"),
            raised(None, "AttributeError"),
        ),
        notes=("write `print(...)`", "`xrange` is Python 2", "write `raise Error", "`has_key` no longer exists"),
    ),
    Case(
        "python_2_in_an_answer",
        "An answer prints as Python 2 did: that question alone is lost.",
        (write("conv_size", CODE["conv_size"].replace("    return", "    print last\n    return")),),
        points={"conv_size": 0.0},
        ended=(raised("conv_size", "SyntaxError"), raised("test_conv_size", "not defined")),
        notes=("write `print(...)`",),
        is_variant=True,
    ),
)
