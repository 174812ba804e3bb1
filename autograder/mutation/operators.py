"""The slips that mutants are made by: each operator yields changed sources of a cell.

An operator changes one place, and yields as many changes as there are places and ways.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from autograder.mutation.syntax import (
    Change,
    bodies,
    called,
    code_nodes,
    edited,
    is_docstring,
    is_layer,
    replaced,
    with_body,
)

_NEIGHBOURS = 1
"""How many other variables are tried in the place of one: parameters from the first, others from the last made."""
_SMALL = 8
"""Numbers up to here are also made smaller; larger ones doubled."""
Operator = Callable[[ast.Module], Iterator[Change]]

_WORDS = {
    "same": "valid",
    "valid": "same",
    "relu": "linear",
    "softmax": "sigmoid",
    "adam": "sgd",
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "accuracy": "mse",
}
_CALLS = {
    "MaxPooling2D": ("AveragePooling2D",),
    "AveragePooling2D": ("MaxPooling2D",),
    "GlobalAveragePooling2D": ("GlobalMaxPooling2D", "Flatten"),
    "BatchNormalization": ("LayerNormalization",),
    "ReLU": ("Softmax", "LeakyReLU"),
    "Softmax": ("ReLU",),
    "Add": ("Multiply", "Concatenate"),
    "Flatten": ("GlobalAveragePooling2D",),
    "Dropout": ("SpatialDropout1D",),
    "argmax": ("argmin",),
    "max": ("min", "mean"),
    "min": ("max", "mean"),
    "sum": ("max", "len"),
    "log": ("log10", "log2", "log1p"),
    "fit": ("evaluate",),
    "evaluate": ("predict",),
    "predict": ("evaluate",),
}
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}


def numbers(tree: ast.Module) -> Iterator[Change]:
    """Be off by one, or by half."""
    for node in code_nodes(tree):
        match node:
            case ast.Constant(value=bool(value)):
                yield Change("flag_turned", node.lineno, replaced(tree, node, ast.Constant(not value)))
            case ast.Constant(value=int(value)):
                yield Change("one_more", node.lineno, replaced(tree, node, ast.Constant(value + 1)))
                if value > _SMALL:
                    yield Change("twice", node.lineno, replaced(tree, node, ast.Constant(2 * value)))
                else:
                    yield Change("one_less", node.lineno, replaced(tree, node, ast.Constant(value - 1)))
            case ast.Constant(value=float(value)):
                if value > 1:  # a rate cannot be more
                    yield Change("twice", node.lineno, replaced(tree, node, ast.Constant(2 * value)))
                yield Change("half", node.lineno, replaced(tree, node, ast.Constant(value / 2)))


def words(tree: ast.Module) -> Iterator[Change]:
    """Take another padding, activation, loss, optimiser or metric."""
    for node in code_nodes(tree):
        match node:
            case ast.Constant(value=str(value)) if value in _WORDS:
                other = _WORDS[value]
                yield Change(f"{value}_to_{other}", node.lineno, replaced(tree, node, ast.Constant(other)))


def calls(tree: ast.Module) -> Iterator[Change]:
    """Take a related layer or function."""
    for node in code_nodes(tree):
        if not isinstance(node, ast.Call):
            continue
        for other in _CALLS.get(called(node), ()):
            if isinstance(node.func, ast.Attribute):
                new: ast.expr = ast.Attribute(node.func.value, other, ast.Load())
            else:
                new = ast.Name(other, ast.Load())
            yield Change(f"{called(node)}_to_{other}", node.lineno, replaced(tree, node.func, new))


def arguments(tree: ast.Module) -> Iterator[Change]:
    """Leave an option out, or exchange two arguments."""
    for node in code_nodes(tree):
        if not isinstance(node, ast.Call):
            continue
        for index, keyword in enumerate(node.keywords):
            name = keyword.arg or "options"
            yield Change(f"without_{name}", node.lineno, edited(tree, node, _drop_option, index))
        for index in range(len(node.args) - 1):
            yield Change("arguments_swapped", node.lineno, edited(tree, node, _swap_arguments, index))


def stacks(tree: ast.Module) -> Iterator[Change]:
    """Leave a layer of a stack out, or exchange it with the next one."""
    for node in code_nodes(tree):
        if not isinstance(node, ast.List) or not any(map(is_layer, node.elts)):
            continue
        for index, element in enumerate(node.elts):
            if called(element) == "Input":
                continue
            line = element.lineno
            yield Change("layer_removed", line, edited(tree, node, _drop_element, index))
            if index + 1 < len(node.elts) and ast.dump(element) != ast.dump(node.elts[index + 1]):
                yield Change("layers_swapped", line, edited(tree, node, _swap_elements, index))


def operators(tree: ast.Module) -> Iterator[Change]:
    """Take another arithmetic operation, comparison or sign."""
    for node in code_nodes(tree):
        match node:
            case ast.BinOp(op=op) | ast.AugAssign(op=op):
                for other in _ARITHMETIC.get(type(op), ()):
                    name = f"{type(op).__name__}_to_{other.__name__}"
                    yield Change(name, node.lineno, edited(tree, node, setattr, "op", other()))
                if isinstance(node, ast.BinOp) and not isinstance(op, ast.Add | ast.Mult):
                    swapped = ast.BinOp(node.right, op, node.left)
                    yield Change("operands_swapped", node.lineno, replaced(tree, node, swapped))
            case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
                yield Change("sign_dropped", node.lineno, replaced(tree, node, operand))
            case ast.Compare(ops=[op]):
                for comparison in _COMPARISONS.get(type(op), ()):
                    name = f"{type(op).__name__}_to_{comparison.__name__}"
                    changed = edited(tree, node, setattr, "ops", [comparison()])
                    yield Change(name, node.lineno, changed)
            case ast.BoolOp(op=op, values=values):
                other_op = ast.And() if isinstance(op, ast.Or) else ast.Or()
                yield Change("and_or", node.lineno, edited(tree, node, setattr, "op", other_op))
                for value in values:
                    yield Change("condition_alone", node.lineno, replaced(tree, node, value))


def conditions(tree: ast.Module) -> Iterator[Change]:
    """Take a branch always, or never."""
    for node in code_nodes(tree):
        if isinstance(node, ast.If | ast.IfExp):
            for value in (True, False):
                name = "always" if value else "never"
                yield Change(name, node.lineno, replaced(tree, node.test, ast.Constant(value)))


def statements(tree: ast.Module) -> Iterator[Change]:
    """Forget a statement, write two in the wrong order, return too early."""
    for body in bodies(tree):
        own = [index for index, each in enumerate(body) if not is_docstring(each)]
        for index in own:
            statement = body[index]
            if isinstance(statement, ast.FunctionDef) and body is tree.body:
                continue
            left = [*body[:index], *body[index + 1 :]]
            is_empty = all(map(is_docstring, left))
            yield Change(
                "statement_deleted", statement.lineno, with_body(tree, body, [*left, ast.Pass()] if is_empty else left)
            )
            if index + 1 in own and not isinstance(body[index + 1], ast.Return):
                swapped = [*body[:index], body[index + 1], statement, *body[index + 2 :]]
                yield Change("statements_swapped", statement.lineno, with_body(tree, body, swapped))
        for index in own:
            if isinstance(body[index], ast.For | ast.While) and index + 1 in own:
                early = ast.copy_location(body[index + 1], body[index])
                if isinstance(early, ast.Return):
                    loop = body[index]
                    inner = edited(tree, loop, _append, early)
                    yield Change("returned_in_the_loop", loop.lineno, inner)


def answers(tree: ast.Module) -> Iterator[Change]:
    """Answer with a constant, with nothing, with a part of several, or with parts exchanged."""
    for node in code_nodes(tree):
        match node:
            case ast.Return(value=ast.expr() as value):
                for constant in (None, 0, 1):
                    yield Change(f"returns_{constant}", node.lineno, replaced(tree, value, ast.Constant(constant)))
            case ast.Assign(value=value) if node in tree.body:
                for constant in (None, 0, 1):
                    yield Change(f"is_{constant}", node.lineno, replaced(tree, value, ast.Constant(constant)))
        match node:
            case ast.Return(value=ast.Tuple(elts=parts) as pair) | ast.Assign(value=ast.Tuple(elts=parts) as pair):
                for index in range(len(parts)):
                    without = edited(tree, pair, _drop_element, index)
                    yield Change("part_left_out", node.lineno, without)
                    if index + 1 < len(parts):
                        swapped = edited(tree, pair, _swap_elements, index)
                        yield Change("parts_swapped", node.lineno, swapped)
            case ast.Return(value=ast.Call(func=ast.Call(), args=[ast.expr() as inner])):
                yield Change("last_step_left_out", node.lineno, replaced(tree, node.value, inner))  # type: ignore[arg-type]


def variables(tree: ast.Module) -> Iterator[Change]:
    """Take another variable of the same function, one that there is already, and of the same origin."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        own = sorted(
            (node for node in ast.walk(function) if isinstance(node, ast.Name)), key=lambda n: (n.lineno, n.col_offset)
        )
        parameters = [each.arg for each in function.args.args]
        for node in own:
            if not isinstance(node.ctx, ast.Load):
                continue
            stored = [each.id for each in own if isinstance(each.ctx, ast.Store) and each.lineno < node.lineno]
            for names in (parameters, list(dict.fromkeys(reversed(stored)))):
                if node.id in names:
                    for other in [name for name in names if name != node.id][:_NEIGHBOURS]:
                        new = ast.Name(other, ast.Load())
                        yield Change(f"{node.id}_to_{other}", node.lineno, replaced(tree, node, new))


def loops(tree: ast.Module) -> Iterator[Change]:
    """Leave out the first or last step of a loop, or let it go backwards."""
    for node in code_nodes(tree):
        if isinstance(node, ast.For | ast.comprehension):
            rows = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
            one, back = ast.Constant(1), ast.Constant(-1)
            for name, part in (
                ("first_left_out", ast.Slice(one)),
                ("last_left_out", ast.Slice(upper=back)),
                ("backwards", ast.Slice(step=back)),
            ):
                new = ast.Subscript(rows, part, ast.Load())
                yield Change(f"loop_{name}", node.iter.lineno, replaced(tree, node.iter, new))


def _drop_option(call: ast.Call, index: int) -> None:
    del call.keywords[index]


def _swap_arguments(call: ast.Call, index: int) -> None:
    call.args[index : index + 2] = reversed(call.args[index : index + 2])


def _drop_element(values: ast.List | ast.Tuple, index: int) -> None:
    del values.elts[index]


def _swap_elements(values: ast.List | ast.Tuple, index: int) -> None:
    values.elts[index : index + 2] = reversed(values.elts[index : index + 2])


def _append(loop: ast.For | ast.While, statement: ast.stmt) -> None:
    loop.body.append(statement)


OPERATORS: tuple[Operator, ...] = (
    numbers,
    words,
    calls,
    arguments,
    stacks,
    operators,
    conditions,
    statements,
    answers,
    variables,
    loops,
)
