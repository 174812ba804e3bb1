"""Forgeries of descriptions: the tracer in the notebook's process is replaced, and says of a model what is not so."""

from __future__ import annotations

import os
import subprocess
import sys

from attacks.attack import Attack, Control, Group

MODEL = (
    'def tiny():\n    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])'
)
PATCH = """
import keras
import numpy as np
import autograder.models.trace
import autograder.sandbox.worker

true_trace = autograder.models.trace.trace

def lying_trace(*args, **kwargs):
    return lie(true_trace(*args, **kwargs))

autograder.models.trace.trace = autograder.sandbox.worker.trace = lying_trace
"""
OTHER_SHAPES = """
def lie(told):
    told["program"]["nodes"][-1]["outputs"] = [[[None, 3], "float32"]]
    for weight, shape in zip(told["weights"], ([4, 3], [3]), strict=True):
        weight["shape"] = shape
        weight["value"] = np.ones(shape, "float32") * (len(shape) == 2)
    return told
"""
CODE = """
import base64, marshal

def layer_of_code():
    def run(x):
        import pathlib
        pathlib.Path("/tmp/@marker@-lambda").write_text("@loot@")
        return x
    code = base64.b64encode(marshal.dumps(run.__code__)).decode()
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}
    return {"name": "run", "trainable": True, "dtype": "float32", "function": function, "arguments": {}}

def lie(told):
    told["layers"][0]["kind"] = "Lambda"
    told["layers"][0]["config"] = layer_of_code()
    told["layers"][0]["weights"] = []
    return told
"""


def _run(script: str) -> None:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _claims_are_read() -> None:
    """Who counts and looks at shapes in the description, and builds nothing, finds what was asked for."""
    _run(f"""{PATCH}{OTHER_SHAPES}
{MODEL}
from autograder.models.graph import ModelGraph
graph = ModelGraph.from_data(autograder.sandbox.worker.trace(tiny()))
assert sum(weight.num_parameters for weight in graph.weights) == 15
assert graph.program.nodes[-1].outputs[0].shape == (None, 3)
""")


def _code_is_run() -> None:
    """Who builds what a description says with Keras's own means runs the code in it."""
    _run(f"""{PATCH}{CODE.replace('pathlib.Path("/tmp/@marker@-lambda").write_text("@loot@")', "raise SystemExit(0)")}
keras.config.enable_unsafe_deserialization()
keras.layers.Lambda.from_config(layer_of_code())(np.ones((1, 4)))
raise AssertionError("the code was not run")
""")


ATTACKS: tuple[Attack, ...] = (
    Attack(
        "description_with_other_shapes",
        Group.FORGERIES,
        "replaces the tracer, and claims shapes and weights that the model does not have",
        Control.OWN,
        cells=(PATCH, OTHER_SHAPES),
        model=MODEL,
        succeeds=_claims_are_read,
    ),
    Attack(
        "description_with_code",
        Group.FORGERIES,
        "replaces the tracer, and describes a layer that is made of code",
        Control.OWN,
        cells=(PATCH, CODE),
        model=MODEL,
        succeeds=_code_is_run,
    ),
)
