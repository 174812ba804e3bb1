"""What a suite defines or imports, or a recipe says, and nothing uses: often what is left of what was meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.linting.findings import Finding, found
from autograder.linting.material import Material

_BY_PYTEST = frozenset({"pytestmark", "annotations"})


def find(material: Material) -> Iterator[Finding]:
    """Yield what nothing in its file uses: fixtures, helpers, constants, imports; and floors that nothing asks for."""
    yield from _floors(material)
    for file in material.suite:
        used = _used(file.tree)
        for name, what, line in _defined(file.tree):
            if name not in used and name not in _BY_PYTEST and not name.startswith("test_"):
                message = (
                    f"the {what} `{name}` is used nowhere in its file: delete it, or add the check that it was for"
                )
                where = f"{file.path.name}:{name}"
                yield found("unused", where, message, path=material.path(file.path), line=line)


def _floors(material: Material) -> Iterator[Finding]:
    """Yield floors of questions for which nothing is trained."""
    if not material.checks:  # another rule says that the suite cannot be collected
        return
    trained = {check.question for check in material.checks.values() if check.trains or check.evaluates}
    path = material.path(material.assignment.folder / "assignment.toml")
    for name, recipe in material.assignment.settings.recipes.items():
        for question in sorted(recipe.questions - trained):
            message = (
                f"no check trains a model of `{question}`, so the floor is never asked for: delete it, or write the "
                "question's `grade_id`"
            )
            yield found("floor-unused", f"recipes.{name}.floors.{question}", message, path=path)


def _defined(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Yield name, kind and line of what a module defines at its top."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name):
                is_fixture = any("fixture" in ast.unparse(each) for each in node.decorator_list)
                is_autouse = any("autouse=True" in ast.unparse(each) for each in node.decorator_list)
                if not is_autouse:
                    yield name, "fixture" if is_fixture else "helper", node.lineno
            case ast.ClassDef(name=name):
                yield name, "class", node.lineno
            case ast.Assign(targets=targets):
                for each in (part for target in targets for part in ast.walk(target)):
                    if isinstance(each, ast.Name):
                        yield each.id, "constant", node.lineno
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, "constant", node.lineno
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield (alias.asname or alias.name).partition(".")[0], "import", node.lineno


def _used(tree: ast.Module) -> frozenset[str]:
    """Return the names that are read anywhere, taken as arguments, or written in `usefixtures`."""
    used = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.FunctionDef(args=arguments):
                used |= {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
            case ast.Call() if ast.unparse(node.func).endswith("usefixtures"):
                used |= {str(each.value) for each in node.args if isinstance(each, ast.Constant)}
    return frozenset(used)
