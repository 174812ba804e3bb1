"""Stand-ins for the modules of the places where notebooks are written: Colab's, Kaggle's, and a package manager's.

They can be imported, and what they do there is left out with a note; what would bring data fails as any download does
(`outside`). Nothing else is made up: a module that the course does not have is absent here too.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.sandbox.notes import Notes
from autograder.sandbox.outside import DATA_SETS, NO_NETWORK

Attributes = dict[str, Any]


def install(notes: Notes) -> None:
    """Let `google.colab`, `kaggle`, `kagglehub`, `kaggle_secrets` and `pip` be imported from here, now and later."""
    for name in [name for name in sys.modules if _root(name) is not None]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder(notes))


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules whose names begin with one of `_PLACES`, and makes them."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if _root(fullname) is None:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return types.ModuleType(spec.name, f"A stand-in for {spec.name} while a notebook is graded.")

    def exec_module(self, module: types.ModuleType) -> None:
        known = _ATTRIBUTES.get(module.__name__, _unknown)(self._notes)
        module.__dict__.update(known)

        def absent(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(f"module '{module.__name__}' has no attribute '{name}'")
            full = f"{module.__name__}.{name}"
            if any(known == full or known.startswith(f"{full}.") for known in _ATTRIBUTES):
                return importlib.import_module(full)
            return _Nothing(full, self._notes)

        module.__dict__["__getattr__"] = absent


_PLACES = ("google.colab", "kaggle", "kagglehub", "kaggle_secrets", "pip")


def _root(name: str) -> str | None:
    """Return which place a module belongs to, or None."""
    if not name.startswith(_PLACES):  # nearly all that is ever imported
        return None
    return next((place for place in _PLACES if name == place or name.startswith(f"{place}.")), None)


class _Nothing:
    """Whatever else a place has: it can be called, asked for more, and does nothing."""

    def __init__(self, name: str, notes: Notes) -> None:
        self._name = name
        self._notes = notes

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self._notes(f"`{self._name}` does nothing while a notebook is graded.")

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Nothing(f"{self._name}.{name}", self._notes)


def _unknown(notes: Notes) -> Attributes:
    return {}


def _drive(notes: Notes) -> Attributes:
    def mount(*args: Any, **kwargs: Any) -> None:
        notes("Google Drive is not there while a notebook is graded: only the assignment's own files are.")

    return {"mount": mount, "flush_and_unmount": lambda *args, **kwargs: None}


def _files(notes: Notes) -> Attributes:
    def upload(*args: Any, **kwargs: Any) -> dict[str, bytes]:
        notes("`files.upload()` returned no file: nobody chooses one while a notebook is graded.")
        return {}

    return {"upload": upload}


def _userdata(notes: Notes) -> Attributes:
    def get(key: str) -> str:
        notes("`userdata.get()` returned an empty text: your secrets are not here, and nobody else should have them.")
        return ""

    return {"get": get, "SecretNotFoundError": type("SecretNotFoundError", (Exception,), {})}


def _patches(notes: Notes) -> Attributes:
    def cv2_imshow(image: Any) -> None:
        """Show an image, (h, w), (h, w, 3) BGR or (h, w, 4) BGRA, any real dtype in 0 to 255."""
        from IPython.display import display
        from PIL import Image

        pixels = np.clip(np.asarray(image), 0, 255).astype(np.uint8)
        if pixels.ndim == 3:
            pixels = pixels[..., [2, 1, 0, *range(3, pixels.shape[2])]]
        display(Image.fromarray(pixels))  # type: ignore[no-untyped-call]

    return {"cv2_imshow": cv2_imshow}


def _output(notes: Notes) -> Attributes:
    def clear(*args: Any, **kwargs: Any) -> None:
        from IPython.display import clear_output

        clear_output()  # type: ignore[no-untyped-call]

    return {"clear": clear}


def _pip(notes: Notes) -> Attributes:
    def main(args: Sequence[str] | None = None) -> int:
        from autograder.sandbox.commands import skipped

        notes(skipped(" ".join(["pip", *map(str, args or ())])))
        return 0

    return {"main": main, "__version__": "0"}


def _secrets(notes: Notes) -> Attributes:
    class UserSecretsClient:
        """Kaggle's client for secrets, which has none."""

        def get_secret(self, label: str) -> str:
            notes("`get_secret()` returned an empty text: your secrets are not here, and nobody else should have them.")
            return ""

    return {"UserSecretsClient": UserSecretsClient}


def _downloads(*names: str) -> Callable[[Notes], Attributes]:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(f"{NO_NETWORK}: {DATA_SETS}")

    return lambda notes: dict.fromkeys(names, fail)


_KAGGLE = ("dataset_download_files", "dataset_download_file", "competition_download_files", "competition_download_file")
_ATTRIBUTES: dict[str, Callable[[Notes], Attributes]] = {
    "google.colab.drive": _drive,
    "google.colab.files": _files,
    "google.colab.userdata": _userdata,
    "google.colab.patches": _patches,
    "google.colab.output": _output,
    "kaggle.api": _downloads(*_KAGGLE),
    "kagglehub": _downloads(
        "dataset_download", "dataset_load", "load_dataset", "model_download", "competition_download"
    ),
    "kaggle_secrets": _secrets,
    "pip": _pip,
    "pip._internal": _pip,
    "pip._internal.cli.main": _pip,
}
"""What is known of a module; every other attribute of it is a function that does nothing, and says so."""
