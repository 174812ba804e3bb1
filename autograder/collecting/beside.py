"""Which of a student's files are kept beside the notebook.

Data, images, weights, text and modules of the student's own are. What would steer Python, pytest, Jupyter, IPython or
nbgrader when it lies beside a notebook, or take the place of a library there, is kept out: the notebook
is run and looked at by these.
"""

from __future__ import annotations

import sys
from pathlib import PurePosixPath

MAX_FILE_BYTES = 32 << 20
MAX_BYTES = 100 << 20
MAX_FILES = 200
JUNK = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__"})
"""What systems and editors leave, which nobody handed in."""
TIMESTAMP = "timestamp.txt"
"""In which nbgrader reads when something was handed in."""


def _each(words: str) -> frozenset[str]:
    return frozenset(words.casefold().split())


_SUFFIXES = _each(
    ".csv .tsv .txt .md .json .npy .npz .png .jpg .jpeg .gif .bmp .webp .tif .tiff .h5 .hdf5 .keras .safetensors "
    ".mat .parquet .wav .mp3 .py"
)
_STEERING = _each(
    "conftest.py sitecustomize.py usercustomize.py setup.py noxfile.py nbgrader_config.py nbconvert_config.py "
    "ipython_config.py ipython_kernel_config.py jupyter_config.py jupyter_server_config.py jupyter_notebook_config.py "
    "jupyter_lab_config.py pytest.ini tox.ini setup.cfg pyproject.toml pyvenv.cfg matplotlibrc __init__.py"
)
_LIBRARIES = _each(
    "IPython alembic autograder click google h5py hypothesis ipykernel jinja2 jupyter keras markupsafe matplotlib "
    "msgspec nbconvert nbformat nbgrader numpy pandas PIL pip pkg_resources pluggy pygments pytest rich scipy "
    "setuptools sklearn sqlalchemy tensorboard tensorflow tf_keras tqdm traitlets yaml"
)
_MODULES = _LIBRARIES | frozenset(name.casefold() for name in sys.stdlib_module_names)


def is_junk(path: PurePosixPath) -> bool:
    """Return whether a path is nothing that somebody made."""
    return any(part in JUNK or part.startswith("._") for part in path.parts)


def why_not(path: PurePosixPath) -> str:
    """Return why a file does not lie beside a notebook, given its path from there; empty where it may."""
    name = path.name.casefold()
    if name in _STEERING or name.endswith(".pth"):
        return "it would steer the programs that the notebook is run with"
    if any(part.startswith(".") for part in path.parts):
        return "it is hidden"
    if name == TIMESTAMP:
        return "nbgrader reads there when a submission was handed in"
    if any(part.casefold().endswith(".ipynb") for part in path.parts):
        return "it is another notebook"
    if path.parts[0].partition(".")[0].casefold() in _MODULES and (len(path.parts) > 1 or name.endswith(".py")):
        return f"it would take the place of the module {path.parts[0].partition('.')[0]}"
    if path.suffix.casefold() not in _SUFFIXES:
        return "it is of a kind that is not kept beside a notebook"
    return ""
