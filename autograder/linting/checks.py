"""The checks of a suite: whether each says something to students, asks something, and is failed by a mistake."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from autograder.corpus import VariantKind
from autograder.linting.findings import Finding, found
from autograder.linting.material import Material, SuiteFile
from autograder.linting.syntax import arguments, dotted, full_name, origins
from autograder.notebooks import cells
from autograder.notebooks.cells import CellKind
from autograder.suite.mentions import EVERYTHING, read_mentions
from autograder.suite.plugin import Check

_PUBLIC_IMPORTS = ("__future__", "numpy", "pytest", "autograder.suite")
_TELLING = frozenset({"correct", "expected", "reference", "solution", "truth"})
_SEEDED = frozenset({"default_rng", "Generator", "RandomState", "SeedSequence", "Random", "PCG64", "seed"})


def find(material: Material) -> Iterator[Finding]:
    """Yield what checks lack."""
    yield from _questions(material)
    yield from _mistakes(material)
    yield from _unnamed(material)
    for file in material.suite:
        path = material.path(file.path)
        yield from _imports(file, path)
        yield from _asserts(file, path)
        yield from _randomness(file, path)
        yield from _functions(file, path)
    yield from _hints(material)


def _questions(material: Material) -> Iterator[Finding]:
    if not material.checks:
        return
    asked = {check.question for check in material.checks.values()}
    for cell in material.source.cells:
        name = cells.grade_id(cell)
        if cells.kind(cell) is CellKind.SOLUTION and name and name not in asked:
            message = (
                f"no check belongs to it, so every answer is worth nothing: write one with question({name!r}), "
                "or make it a manually graded answer"
            )
            yield found("question-without-checks", name, message, path=material.source_path)


def _mistakes(material: Material) -> Iterator[Finding]:
    if not material.variants:
        return
    failed = {name for variant in material.variants if variant.kind is VariantKind.MISTAKE for name in variant.fails}
    folder = material.path(material.assignment.solutions / "mistakes")
    for name, check in material.checks.items():
        if name not in failed:
            message = f"no known mistake fails it, so it may check nothing: add one to {folder}, with '# fails: {name}'"
            yield found("check-without-mistake", name, message, path=material.path(check.path))


def _unnamed(material: Material) -> Iterator[Finding]:
    """Yield checks of which nobody can read what they ask a notebook for."""
    checks = material.checks
    asking = {
        _function(name): checks[name].path
        for name, asked in read_mentions(checks).items()
        if EVERYTHING in asked and not checks[name].evaluates
    }
    for name, path in asking.items():
        message = (
            "it gives `submission` away, so it may ask for anything: all cells of all notebooks run for it, and what "
            "passed for the same code is asked again. Ask in the check itself, in its fixtures, or in a helper of the "
            "same file whose parameter is called `submission`"
        )
        yield found("check-asks-anything", name, message, path=material.path(path))


def _hints(material: Material) -> Iterator[Finding]:
    titles: dict[tuple[str, str], Check] = {}
    for name, check in material.checks.items():
        path = material.path(check.path)
        if not check.hint:
            message = "it has no hint: say in @points(..., hint=) how somebody goes on who failed it"
            yield found("check-without-hint", name, message, path=path)
        first = titles.setdefault((check.question, check.title), check)
        if _function(first.id) != _function(name):
            message = f"{first.id} has the same title, {check.title!r}: students cannot tell them apart"
            yield found("title-repeated", name, message, path=path)


def _function(check_id: str) -> str:
    """Return a check's id without the parameters of `pytest.mark.parametrize`: those share a title."""
    return check_id.partition("[")[0]


def _imports(file: SuiteFile, path: str) -> Iterator[Finding]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            where = f"{file.path.name}:{name}"
            if name.partition(".")[0] in ("keras", "tensorflow", "torch", "jax"):
                message = f"it imports {name}: a suite runs without it, and asks `submission` for models and arrays"
                yield found("suite-imports-keras", where, message, path=path, line=node.lineno)
            elif file.is_public and not any(name == each or name.startswith(f"{each}.") for each in _PUBLIC_IMPORTS):
                message = f"it imports {name}: public checks run where only numpy, pytest and autograder.suite are sure"
                yield found("public-imports", where, message, path=path, line=node.lineno)


def _asserts(file: SuiteFile, path: str) -> Iterator[Finding]:
    """Yield asserts whose failure tells students nothing, or too much."""
    for function in _defined(file.tree):
        where = f"{file.path.name}:{function.name}"
        for node in ast.walk(function):
            if isinstance(node, ast.Assert):
                if node.msg is None or (isinstance(node.msg, ast.Constant) and not node.msg.value):
                    message = (
                        f"`assert {_clipped(ast.unparse(node.test))}` has no message: students read nothing but the "
                        "title; say what was found and what was asked for"
                    )
                    yield found("check-without-message", where, message, path=path, line=node.lineno)
                elif told := sorted(_shown_names(node.msg) & _TELLING):
                    message = f"the message shows `{told[0]}`: is that a hidden value? Say what was asked for in words"
                    yield found("message-tells-answer", where, message, path=path, line=node.lineno)
            elif isinstance(node, ast.Call) and "testing.assert_" in dotted(node.func):
                message = f"students never read what {dotted(node.func)} says: use a plain assert, with a message"
                yield found("message-for-staff", where, message, path=path, line=node.lineno)


def _randomness(file: SuiteFile, path: str) -> Iterator[Finding]:
    """Yield calls that draw other numbers in every run."""
    imported = origins(file.tree)
    for function in _defined(file.tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _is_unseeded(node, full_name(dotted(node.func), imported)):
                message = f"`{dotted(node.func)}` draws other numbers in every run: use the fixture `rng`, or a seed"
                where = f"{file.path.name}:{function.name}"
                yield found("random-without-seed", where, message, path=path, line=node.lineno)


def _is_unseeded(call: ast.Call, name: str) -> bool:
    module, _, function = name.rpartition(".")
    if module not in ("numpy.random", "random"):
        return False
    return not call.args and not call.keywords if function in _SEEDED else True


def _functions(file: SuiteFile, path: str) -> Iterator[Finding]:
    """Yield checks that take nothing of the submission, directly or by a fixture."""
    takes = {each.name: arguments(each) for each in _defined(file.tree)}
    for function in _defined(file.tree):
        if function.name.startswith("test_") and "submission" not in _reached(function.name, takes):
            message = "it asks nothing of the submission, so every answer ends alike: let it take `submission`"
            where = f"{file.path.name}:{function.name}"
            yield found("check-asks-nothing", where, message, path=path, line=function.lineno)


def _reached(name: str, takes: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the fixtures that a function takes, and those that they take."""
    found_names: set[str] = set()
    waiting = [name]
    while waiting:
        new = takes.get(waiting.pop(), frozenset()) - found_names
        found_names |= new
        waiting.extend(new)
    return frozenset(found_names)


def _defined(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _shown_names(message: ast.expr) -> frozenset[str]:
    """Return the names whose value stands in a message as it is, not only what is computed of them."""
    shown = set()
    for part in ast.walk(message):
        if isinstance(part, ast.FormattedValue):
            value = part.value
            while isinstance(value, ast.Subscript | ast.Attribute):
                if isinstance(value, ast.Attribute):
                    shown.add(value.attr)
                value = value.value
            if isinstance(value, ast.Name):
                shown.add(value.id)
    return frozenset(shown)


def _clipped(text: str) -> str:
    return text if len(text) <= 50 else f"{text[:50]}…"
