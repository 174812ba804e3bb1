"""Other styles of the same answer, which a suite must not tell from the reference."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from autograder.mutation.syntax import Body, Change, bodies, called, code_nodes, is_docstring, is_layer

_PARAMETERS = {
    "Conv2D": ("filters", "kernel_size"),
    "Dense": ("units",),
    "MaxPooling2D": ("pool_size",),
    "Dropout": ("rate",),
    "Rescaling": ("scale",),
    "Input": ("shape",),
}
_PAIRS = frozenset({"kernel_size", "pool_size", "strides"})
_ACTIVATIONS = {"relu": "ReLU", "softmax": "Softmax"}


def names_changed(tree: ast.Module) -> None:
    """Give every variable of a function another name."""
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        inner = [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef) and node is not function]
        own = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        own |= {each.name for each in inner} | {each.arg for other in inner for each in other.args.args}
        own -= {each.arg for each in function.args.args}
        for node in ast.walk(function):
            match node:
                case ast.Name(id=name) if name in own:
                    node.id = f"my_{name}"
                case ast.FunctionDef(name=name) if name in own:
                    node.name = f"my_{name}"
                case ast.arg(arg=name) if name in own:
                    node.arg = f"my_{name}"


def arguments_named(tree: ast.Module) -> None:
    """Give the arguments of layers by name."""
    for node in code_nodes(tree):
        names = _PARAMETERS.get(called(node), ())
        if isinstance(node, ast.Call) and names:
            named = [ast.keyword(name, value) for name, value in zip(names, node.args, strict=False)]
            node.args, node.keywords = node.args[len(named) :], [*named, *node.keywords]


def numbers_as_pairs(tree: ast.Module) -> None:
    """Say the size of a window for both axes."""
    for node in code_nodes(tree):
        if not isinstance(node, ast.Call) or not is_layer(node):
            continue
        for index, name in enumerate(_PARAMETERS.get(called(node), ())[: len(node.args)]):
            if name in _PAIRS:
                node.args[index] = _pair(node.args[index])
        for keyword in node.keywords:
            if keyword.arg in _PAIRS:
                keyword.value = _pair(keyword.value)


def written_at_length(tree: ast.Module) -> None:
    """Give what is returned a name first, and have a variable that nobody needs."""
    for body in list(bodies(tree)):
        if isinstance(last := body[-1], ast.Return) and last.value is not None:
            body[-1:] = [_assigned("my_answer", last.value), ast.Return(ast.Name("my_answer", ast.Load()))]
        body.insert(1 if is_docstring(body[0]) else 0, _assigned("not_needed", ast.Constant(1)))


def functional(tree: ast.Module) -> None:
    """Write a `Sequential` in the functional way."""
    for body in list(bodies(tree)):
        match body[-1]:
            case ast.Return(value=ast.Call(args=[ast.List(elts=[first, *rest])]) as call) if (
                called(call) == "Sequential" and called(first) == "Input"
            ):
                steps: Body = [_assigned("inputs", first), *ast.parse("x = inputs").body]
                for element in rest:
                    is_many = isinstance(element, ast.Starred)
                    text = ast.unparse(element.value if isinstance(element, ast.Starred) else element)
                    steps += ast.parse(f"for layer in {text}:\n    x = layer(x)" if is_many else f"x = {text}(x)").body
                body[-1:] = [*steps, *ast.parse("return keras.Model(inputs, x)").body]


def activations_apart(tree: ast.Module) -> None:
    """Make activations layers of their own."""
    for node in code_nodes(tree):
        if isinstance(node, ast.List):
            node.elts = [part for element in node.elts for part in _apart(element)]


def comments(source: str) -> str:
    """Add comments and empty lines."""
    lines = (f"{line}  # a comment" if line.endswith(")") else line for line in source.split("\n"))
    return "\n".join(("# what was asked for", "", *lines, "", "", "# the end"))


def rewritten(tree: ast.Module) -> Iterator[Change]:
    """Yield the same answer in each other style that it can be written in."""
    for rewrite in _REWRITES:
        other = copy.deepcopy(tree)
        rewrite(other)
        source = ast.unparse(ast.fix_missing_locations(other))
        yield Change(rewrite.__name__, 1, comments(source) if rewrite is written_at_length else source)


def _assigned(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _pair(value: ast.expr) -> ast.expr:
    is_number = isinstance(value, ast.Name) or (isinstance(value, ast.Constant) and isinstance(value.value, int))
    return ast.Tuple([value, value], ast.Load()) if is_number else value


def _apart(element: ast.expr) -> Iterator[ast.expr]:
    """Yield a layer without its activation, and that activation as a layer; or the layer as it is."""
    yield element
    if isinstance(element, ast.Call) and isinstance(element.func, ast.Attribute):
        for keyword in element.keywords:
            match keyword:
                case ast.keyword(arg="activation", value=ast.Constant(value=str(name))) if name in _ACTIVATIONS:
                    element.keywords.remove(keyword)
                    yield ast.Call(ast.Attribute(element.func.value, _ACTIVATIONS[name], ast.Load()), [], [])
                    return


_REWRITES: tuple[Callable[[ast.Module], None], ...] = (
    names_changed,
    arguments_named,
    numbers_as_pairs,
    written_at_length,
    functional,
    activations_apart,
)
