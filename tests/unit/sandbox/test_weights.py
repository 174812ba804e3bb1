"""Weights that a student handed in are found without following links, and loaded by path or by number."""

import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest

from autograder.errors import NotDefined, WrongKind
from autograder.sandbox import handed_in
from autograder.sandbox.weights import load
from autograder.settings import parse_settings


def model(units=3):
    """Return a small model with new weights."""
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.BatchNormalization()])


def safetensors(arrays, kinds=None):
    """Return arrays in the format's bytes, as its authors describe them."""
    header, body = {"__metadata__": {"made": "by hand"}}, b""
    for name, array in arrays.items():
        kind = (kinds or {}).get(name, "F32")
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [len(body), len(body) + array.nbytes],
        }
        body += array.tobytes()
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """A model whose weights are handed in, in a folder that the test works in."""
    monkeypatch.chdir(tmp_path)
    made = model()
    rng = np.random.default_rng(0)
    made.set_weights([rng.random(weight.shape).astype("float32") for weight in made.get_weights()])
    return made


def numbered(trained):
    return {f"arr_{number}": weight for number, weight in enumerate(trained.get_weights())}


def by_path(trained, target):
    return {to.path: np.asarray(weight) for to, weight in zip(target.weights, trained.weights, strict=True)}


@pytest.mark.parametrize("kind", [".weights.h5", ".npz", ".safetensors"])
@pytest.mark.parametrize("names", ["path", "number"])
def test_weights_are_loaded(trained, kind, names):
    """Each format gives the model the weights that were saved."""
    target = model()
    arrays = by_path(trained, target) if names == "path" else numbered(trained)
    name = f"mine{kind}"
    if kind == ".npz":
        np.savez(name, **arrays)
    elif kind == ".safetensors":
        Path(name).write_bytes(safetensors(arrays))
    else:
        trained.save_weights(name)
    load(target, name, "`classifier`")
    for expected, found in zip(trained.get_weights(), target.get_weights(), strict=True):
        assert np.array_equal(expected, found)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda arrays: {"arr_0": arrays["arr_0"]}, r"it holds 1 arrays \(arr_0\), the model has 6 weights: they are"),
        (lambda arrays: {**arrays, "arr_7": np.zeros(3)}, "it holds 7 arrays"),
        (lambda arrays: {**arrays, "arr_0": np.zeros((4, 5))}, r"has the shape \(4, 3\), the file has \(4, 5\)"),
        (lambda arrays: {f"x{name}": array for name, array in arrays.items()}, "named by their paths"),
        (lambda arrays: {**arrays, "arr_0": np.array([object()])}, "pickle"),
    ],
    ids=["too few", "too many", "shape", "names", "pickle"],
)
def test_what_does_not_fit_is_a_sentence(trained, change, why):
    """Nothing is loaded in part, nothing is unpickled, and the sentence says what does not fit."""
    np.savez("mine.npz", **change(numbered(trained)))
    target = model()
    before = target.get_weights()
    with pytest.raises(WrongKind, match=f"`mine.npz` does not hold the weights of `classifier`: .*{why}"):
        load(target, "mine.npz", "`classifier`")
    assert all(np.array_equal(a, b) for a, b in zip(before, target.get_weights(), strict=True))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff" * 8, b"\x02\x00\x00\x00\x00\x00\x00\x00{}", b"no file of weights", safetensors({"0": np.zeros(3)})],
)
@pytest.mark.parametrize("name", ["mine.safetensors", "mine.npz", "mine.weights.h5"])
def test_a_broken_file_is_a_sentence(trained, name, data):
    """Whatever bytes a file holds, the student reads that it does not hold their weights."""
    Path(name).write_bytes(data)
    with pytest.raises(WrongKind, match=f"`{name}` does not hold the weights of `classifier`"):
        load(model(), name, "`classifier`")


def test_a_missing_file_is_a_sentence(trained):
    """The student reads where it should be."""
    with pytest.raises(NotDefined, match=r"`mine.npz` was not handed in beside the notebook"):
        load(model(), "mine.npz", "`classifier`")


def test_what_lies_beside_a_notebook_is_found(tmp_path, monkeypatch):
    """Ordinary files of a bounded size are; links, folders and large files have a sentence each."""
    monkeypatch.setattr(handed_in, "MAX_BYTES", 100)
    (tmp_path / "good.npz").write_bytes(b"data")
    (tmp_path / "large.npz").write_bytes(b"data" * 100)
    (tmp_path / "link.npz").symlink_to(tmp_path / "good.npz")
    (tmp_path / "folder.npz").mkdir()
    os.mkfifo(tmp_path / "pipe.npz")
    names = [f"{name}.npz" for name in ("good", "large", "link", "folder", "pipe", "missing")]
    found = handed_in.find(tmp_path, names)
    assert found.files == {"good.npz": tmp_path / "good.npz"}
    assert set(found.problems) == set(names[1:])
    assert "is no ordinary file" in found.problems["link.npz"]
    assert "was not handed in" in found.problems["missing.npz"]
    assert "is larger than" in found.problems["large.npz"]
    (tmp_path / "good.npz").write_bytes(b"date")
    assert handed_in.find(tmp_path, names).digest != found.digest
    assert handed_in.find(tmp_path, []).digest != found.digest


@pytest.mark.parametrize("name", ["../x.npz", "/x.npz", ".npz", "x.keras", "x.h5", "a/b.npz", "x.npz\n"])
def test_only_files_beside_the_notebook_can_be_asked_for(name):
    """A path, or a kind that is not read, is an error in assignment.toml."""
    with pytest.raises(ValueError, match="regex"):
        parse_settings(f"title = 'T'\nweights = [{json.dumps(name)}]")
    assert parse_settings("title = 'T'\nweights = ['my.weights.h5', 'x.npz']").weights == ("my.weights.h5", "x.npz")
