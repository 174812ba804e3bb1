"""Forgeries of models: wrong ones that say about themselves what was asked for."""

from __future__ import annotations

from attacks.attack import Attack, Control, Group


def _forgery(name: str, title: str, model: str, *cells: str) -> Attack:
    return Attack(
        name, Group.FORGERIES, title, Control.NAIVE, model=model, cells=("import keras\nimport numpy as np", *cells)
    )


_WRONG = (
    'def tiny():\n    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])'
)
_METHODS = """
    def count_params(self):
        return 15
    output_shape = property(lambda self: (None, 3))
    def predict(self, rows, *args, **kwargs):
        return np.repeat(np.sum(rows, axis=1, keepdims=True), 3, axis=1)
"""

ATTACKS: tuple[Attack, ...] = (
    _forgery(
        "model_with_other_methods",
        "a model whose methods say what was asked for, and whose layers do not",
        f"""class Liar(keras.Sequential):{_METHODS}

def tiny():
    return Liar([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])""",
    ),
    _forgery(
        "model_by_its_class_alone",
        "an object that says that it is a Keras model",
        f"""class Liar:
    __class__ = property(lambda self: keras.Sequential)
    layers = weights = trainable_weights = property(lambda self: [])
    built = True
    name = "tiny"
    input_shape = (None, 4){_METHODS}

def tiny():
    return Liar()""",
    ),
    _forgery(
        "keras_that_agrees",
        "replaces the methods of every Keras model",
        _WRONG,
        f"""
class Liar:{_METHODS}
for name in ("count_params", "predict"):
    setattr(keras.Model, name, getattr(Liar, name))
    setattr(keras.Sequential, name, getattr(Liar, name))
keras.Sequential.output_shape = keras.Model.output_shape = property(lambda self: (None, 3))""",
    ),
    _forgery(
        "layer_with_another_configuration",
        "a layer whose configuration is the right one, and which computes something else",
        """class Dense(keras.layers.Dense):
    def __init__(self):
        super().__init__(1, kernel_initializer="zeros")
    def get_config(self):
        return keras.layers.Dense(3, kernel_initializer="ones").get_config()
    def count_params(self):
        return 15

def tiny():
    return keras.Sequential([keras.Input((4,)), Dense()])""",
    ),
    _forgery(
        "model_with_other_weights",
        "a model that hands out weights which it does not compute with",
        """class Liar(keras.Sequential):
    def get_weights(self):
        return [np.ones((4, 3)), np.zeros(3)]

def tiny():
    return Liar([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])""",
    ),
    _forgery(
        "model_that_looks_back",
        "a model that takes what is expected out of the variables of whoever asks it to predict",
        """import sys

class Liar(keras.Sequential):
    def count_params(self):
        return 15
    def predict(self, *args, **kwargs):
        frame = sys._getframe(1)
        while frame is not None:
            for name in ("expected", "labels", "test_labels", "y_test", "answer"):
                if name in frame.f_locals:
                    return frame.f_locals[name]
            frame = frame.f_back

def tiny():
    return Liar([keras.Input((4,)), keras.layers.Dense(3, use_bias=False, kernel_initializer="zeros")])""",
    ),
)
