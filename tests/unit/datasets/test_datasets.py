"""Every data set comes through one interface, and says what to do where it cannot be had."""

import hashlib
import subprocess
import sys
import types

import numpy as np
import pytest

from autograder import datasets
from autograder.datasets import download, files, stand_in
from autograder.errors import UsageError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the operator's with a small `cifar10.npz`."""
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "cifar10.npz",
        train_images=rng.integers(0, 256, (30, 32, 32, 3), "uint8"),
        train_labels=np.arange(30, dtype="uint8").reshape(30, 1) % 10,
        test_images=rng.integers(0, 256, (12, 32, 32, 3), "uint8"),
        test_labels=np.arange(12, dtype="uint8").reshape(12, 1) % 10,
    )
    monkeypatch.setenv(files.FOLDER_VARIABLE, str(tmp_path))
    files.digest.cache_clear()
    yield tmp_path
    files.digest.cache_clear()


@pytest.mark.parametrize("name", ["shapes", "cifar10"])
def test_one_interface(folder, name):
    """Images are uint8 with channels, labels one axis of int64, parts as large as asked for."""
    data = datasets.load(name, num_train=20, num_test=10, seed=1)
    assert data.train_images.shape == (20, 32, 32, 3)
    assert data.test_images.dtype == np.uint8
    assert data.train_labels.shape == (20,)
    assert data.test_labels.dtype == np.int64
    assert data.num_classes == 10


@pytest.mark.parametrize("name", ["shapes", "cifar10"])
def test_the_seed_draws_the_images(folder, name):
    """The same seed gives the same images and fingerprint, another one others."""
    sizes = {"num_train": 20, "num_test": 10}
    first, again, other = (datasets.load(name, **sizes, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.train_images, again.train_images)
    assert not np.array_equal(first.train_images, other.train_images)
    prints = [datasets.fingerprint(name, **sizes, seed=seed) for seed in (1, 1, 2)]
    assert prints[0] == prints[1] != prints[2]


def test_an_unknown_set_is_answered_with_those_there_are():
    """A misspelt name lists the known ones."""
    with pytest.raises(UsageError, match="shapes, shapes-grey, shapes-transfer, cifar10, fashion_mnist"):
        datasets.load("shape", num_train=1, num_test=1, seed=0)


def test_more_images_than_there_are_is_an_error(folder):
    """The sentence has both numbers."""
    with pytest.raises(UsageError, match="has 30 training images, the recipe asks for 31"):
        datasets.load("cifar10", num_train=31, num_test=1, seed=0)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip"])
def test_a_broken_file_is_named(folder, data):
    """What is no data file says where it lies and what to do."""
    (folder / "cifar10.npz").write_bytes(data)
    with pytest.raises(UsageError, match=r"cifar10.npz is no cifar10 file .* delete it"):
        datasets.load("cifar10", num_train=1, num_test=1, seed=0)


def test_a_pickle_in_a_file_is_not_opened(folder):
    """An object array, which would be unpickled, is refused."""
    objects = np.array([object()], dtype=object)
    np.savez(folder / "cifar10.npz", **dict.fromkeys(files.ARRAYS, objects))
    with pytest.raises(UsageError, match="is no cifar10 file"):
        datasets.load("cifar10", num_train=1, num_test=1, seed=0)


def test_a_missing_file_says_where_it_was_looked_for(folder):
    """The operator's folder is named."""
    with pytest.raises(UsageError, match="fashion_mnist.npz is missing"):
        datasets.load("fashion_mnist", num_train=1, num_test=1, seed=0)


@pytest.mark.parametrize("name", stand_in.NAMES)
def test_the_stand_in_has_the_shapes_of_the_real_set(name):
    """A notebook sees the sizes and types that Keras documents."""
    shape = {"cifar10": (50_000, 32, 32, 3)}.get(name, (60_000, 28, 28))
    labels = (shape[0], 1) if name == "cifar10" else (shape[0],)
    (train_images, train_labels), (test_images, test_labels) = stand_in.load_data(name)
    assert (train_images.shape, train_labels.shape) == (shape, labels)
    assert (test_images.shape[0], test_labels.shape[0]) == (10_000, 10_000)
    assert train_images.dtype == train_labels.dtype == np.uint8
    assert set(np.unique(train_labels)) == set(range(10))


def test_data_sets_need_no_tensorflow():
    """The process that holds the labels imports neither TensorFlow nor Keras."""
    code = (
        "import sys\nfrom autograder import datasets\nfrom autograder.datasets import stand_in\n"
        "datasets.load('shapes', num_train=2, num_test=2, seed=0)\n"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_a_network_the_message_says_what_to_do(tmp_path, monkeypatch):
    """Where nothing can be downloaded, the operator reads which file to put where, or which recipe to choose."""
    monkeypatch.delenv(files.FOLDER_VARIABLE, raising=False)
    for variable in ("HOME", "KERAS_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    for variable in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    files.digest.cache_clear()
    with pytest.raises(UsageError, match=r"cifar10 cannot be downloaded \(.*AUTOGRADER_DATA, or choose a recipe on"):
        datasets.load("cifar10", num_train=1, num_test=1, seed=0)
    assert not list(tmp_path.rglob("*.npz"))


def test_a_checksum_beside_a_file_is_kept_to(folder):
    """A file that is not what its checksum says is refused before it is read; the right one is taken."""
    path = folder / "cifar10.npz"
    checksum = folder / "cifar10.npz.sha256"
    checksum.write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  cifar10.npz\n")
    datasets.load("cifar10", num_train=1, num_test=1, seed=0)
    files.digest.cache_clear()
    with path.open("ab") as file:
        file.write(b"\x00")
    with pytest.raises(
        UsageError, match=r"cifar10.npz is not what cifar10.npz.sha256 says .* put the right file there"
    ):
        datasets.load("cifar10", num_train=1, num_test=1, seed=0)
    files.digest.cache_clear()
    checksum.write_text("")
    with pytest.raises(UsageError, match="is not what"):
        datasets.fingerprint("cifar10", num_train=1, num_test=1, seed=0)


def test_labels_of_other_classes_are_refused(folder):
    """A file whose labels are not those of its classes is none of that set."""
    with np.load(folder / "cifar10.npz") as file:
        arrays = dict(file)
    np.savez(folder / "cifar10.npz", **{**arrays, "test_labels": arrays["test_labels"] + 5})
    with pytest.raises(UsageError, match="its labels are 5 to 14, 0 to 9 was expected"):
        datasets.load("cifar10", num_train=1, num_test=1, seed=0)


def test_what_is_made_from_keras_has_a_checksum(tmp_path, monkeypatch):
    """The file that a download leaves is one that `read` takes, and its checksum is right."""
    parts = [(np.zeros((count, 28, 28), "uint8"), np.arange(count, dtype="uint8") % 10) for count in (20, 12)]
    module = types.SimpleNamespace(
        datasets=types.SimpleNamespace(fashion_mnist=types.SimpleNamespace(load_data=lambda: parts))
    )
    monkeypatch.setitem(sys.modules, "keras", module)
    download.main("fashion_mnist", str(tmp_path / "fashion_mnist.npz"))
    assert {path.name for path in tmp_path.iterdir()} == {"fashion_mnist.npz", "fashion_mnist.npz.sha256"}
    monkeypatch.setenv(files.FOLDER_VARIABLE, str(tmp_path))
    files.digest.cache_clear()
    data = datasets.load("fashion_mnist", num_train=20, num_test=12, seed=0)
    assert data.train_images.shape == (20, 28, 28, 1)
    assert data.class_names[9] == "ankle boot"
    files.digest.cache_clear()


def test_which_labels_are_public():
    """Those of the generated sets are the course's secret, all others can be looked up."""
    public = {name: datasets.has_public_labels(name) for name in datasets.NAMES}
    assert [name for name, is_public in public.items() if is_public] == ["cifar10", "fashion_mnist"]
    assert {name: len(datasets.class_names(name)) for name in datasets.GENERATED} == {
        "shapes": 10,
        "shapes-grey": 10,
        "shapes-transfer": 5,
    }


@pytest.mark.parametrize("name", datasets.GENERATED)
def test_boxes_and_masks_belong_to_the_images(name):
    """In both parts each box is the tightest one around its mask, and pictures, classes and sizes are the set's own."""
    data = datasets.load(name, num_train=20, num_test=10, seed=3)
    size, channels = (28, 1) if name == "shapes-grey" else (32, 3)
    assert datasets.known_of(name) == ("labels", "boxes", "masks")
    for images, labels, boxes, masks in (
        (data.train_images, data.train_labels, data.train_boxes, data.train_masks),
        (data.test_images, data.test_labels, data.test_boxes, data.test_masks),
    ):
        assert images.shape[1:] == (size, size, channels)
        assert masks.shape == images.shape[:3]
        assert masks.dtype == bool
        assert boxes.dtype == np.float32
        assert labels.max() < data.num_classes
        for box, mask in zip(boxes * size, masks, strict=True):
            rows, columns = np.nonzero(mask)
            tightest = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
            assert box.tolist() == pytest.approx(tightest, abs=1e-4)


def test_the_classes_for_transfer_are_other_ones():
    """No class of `shapes` is among them, and grey images show the same ten."""
    names = {name: set(datasets.class_names(name)) for name in datasets.GENERATED}
    assert not names["shapes"] & names["shapes-transfer"]
    assert names["shapes"] == names["shapes-grey"]


def test_files_of_the_world_know_labels_alone(folder):
    """They come without boxes and masks."""
    data = datasets.load("cifar10", num_train=5, num_test=5, seed=0)
    assert datasets.known_of("cifar10") == ("labels",)
    assert [data.train_boxes, data.test_boxes, data.train_masks, data.test_masks] == [None] * 4
