"""Names of NumPy, Keras, TensorFlow and Matplotlib that are gone or going, in the notebook's code and in the suite.

A name is looked up by the module that it comes from, whatever it was imported as. What students are told of such a name
while their notebook runs stands in `autograder.sandbox.old_names`; here are those beside it that still work somewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from autograder.linting.findings import Finding, found
from autograder.linting.material import Material, numbered
from autograder.linting.syntax import full_name, origins
from autograder.notebooks.syntax import parse
from autograder.sandbox import old_names

GOING: Mapping[str, str] = {
    "matplotlib.cm.get_cmap": "`matplotlib.colormaps[name]`",
    "matplotlib.pyplot.cm.get_cmap": "`matplotlib.colormaps[name]`",
    "numpy.Inf": "`np.inf`",
    "numpy.NaN": "`np.nan`",
    "numpy.alltrue": "`np.all`",
    "numpy.asfarray": "`np.asarray` with `dtype=float`",
    "numpy.bool8": "`np.bool_`",
    "numpy.complex_": "`np.complex128`",
    "numpy.float_": "`np.float64`",
    "numpy.infty": "`np.inf`",
    "numpy.int0": "`np.intp`",
    "numpy.random.random_integers": "`np.random.default_rng(seed).integers`",
    "numpy.round_": "`np.round`",
    "numpy.row_stack": "`np.vstack`",
    "numpy.sometrue": "`np.any`",
    "numpy.string_": "`np.bytes_`",
    "numpy.unicode_": "`np.str_`",
}
"""What to write in the place of a name."""

_OF_LAYERS = ("W_constraint", "W_regularizer", "b_regularizer", "bias", "init")
_OF_OPTIMIZERS = ("decay", "lr")
_OF_FIT = ("max_queue_size", "nb_epoch", "nb_val_samples", "samples_per_epoch", "show_accuracy", "workers")
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Adadelta", "Adagrad", "Adam", "Adamax", "Nadam", "RMSprop", "SGD"), _OF_OPTIMIZERS),
    **dict.fromkeys(("Conv1D", "Conv2D"), (*_OF_LAYERS, "border_mode", "dim_ordering", "nb_filter", "subsample")),
    "Dense": (*_OF_LAYERS, "output_dim"),
    "Dropout": ("p",),
    "ModelCheckpoint": ("period",),
    "fit": _OF_FIT,
}
"""Arguments that each function no longer takes."""


def find(material: Material) -> Iterator[Finding]:
    """Yield where notebook and suite use such names."""
    code = [each for each in numbered(material.source) if each.cell.get("cell_type") == "code"]
    trees = {each.name: tree for each in code if (tree := parse(each.source)) is not None}
    imported: dict[str, str] = {}
    for tree in trees.values():  # an import holds for the cells after it
        imported |= origins(tree)
    for name, tree in trees.items():
        for said in sorted({said for _, said in _in_tree(tree, imported)}):
            yield found("deprecated", name, said, path=material.source_path)
    for file in material.suite:
        for line, said in _in_tree(file.tree, origins(file.tree)):
            yield found("deprecated", file.path.name, said, path=material.path(file.path), line=line)


def _in_tree(tree: ast.AST, imported: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield line and sentence for each old name; `imported` says what imported names stand for."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                yield from ((node.lineno, said) for alias in aliases if (said := _about(alias.name)))
            case ast.ImportFrom(module=str(module), names=aliases):
                names = (f"{module}.{alias.name}" for alias in aliases)
                yield from ((node.lineno, said) for name in names if (said := _about(name)))
            case ast.Attribute():
                name = full_name(ast.unparse(node), imported)
                said = _about(name)
                if said and said.partition(" ")[2] != _about(name.rpartition(".")[0]).partition(" ")[2]:
                    yield node.lineno, said  # `a.b.c` is said of `a.b` already, which stands in it
            case ast.Call(func=function, keywords=keywords):
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                method = old_names.ATTRIBUTES.get(f"Model.{name}") or old_names.ATTRIBUTES.get(f"dict.{name}")
                if isinstance(function, ast.Attribute) and method:
                    yield node.lineno, f"`.{name}` is gone: write {method}"
                for keyword in keywords:
                    if keyword.arg in _ARGUMENTS.get(name, ()):
                        today = old_names.ARGUMENTS[str(keyword.arg)]
                        yield node.lineno, f"`{name}` takes no `{keyword.arg}=` any more: write {today}"


def _about(name: str) -> str:
    """Return what to say about a name in full; nothing where it is not old."""
    name = old_names.plain(name)
    today = GOING.get(name) or old_names.today(name)
    return f"`{name}` is gone or going: write {today}" if today else ""
