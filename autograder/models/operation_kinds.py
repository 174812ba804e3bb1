"""What a function of `keras.ops` is to a suite: the kind of the layer that does the same, where there is one."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from autograder.models.graph import ModelGraph, OperationNode, Shape
from autograder.models.kinds import NOTHING, SIZES, Meaning, activation, camel, flat, from_last, rectifier, resizing
from autograder.models.values import INPUT, ConstantRef, TensorRef, Value, WeightRef

_ARITHMETIC = {
    "add": "Add",
    "divide": "Divide",
    "multiply": "Multiply",
    "subtract": "Subtract",
    "true_divide": "Divide",
}
_CONVOLUTIONS = ("conv", "depthwise_conv", "separable_conv", "conv_transpose")
_MAX_SHOWN_CONSTANT = 64  # numbers of a constant that go into a config
_OTHER_THAN_THE_LAYER = {  # operations that would be called as a layer of another meaning
    "average": "WeightedMean",
    "batch_normalization": "FixedBatchNormalization",
    "dot": "Matmul",
    "exp": "Exponential",
}


def of_operation(graph: ModelGraph, node: OperationNode, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Meaning:
    """Return what an operation does; `inputs` and `outputs` are the measured shapes of its tensors."""
    return _Operation(graph, node, inputs, outputs).meaning()


class _Operation:
    """What a function of `keras.ops` does to tensors of known shapes."""

    def __init__(
        self, graph: ModelGraph, node: OperationNode, inputs: Sequence[Shape], outputs: Sequence[Shape]
    ) -> None:
        self._graph = graph
        self._node = node
        self._inputs = inputs
        self._outputs = outputs
        self._name = node.operation

    def meaning(self) -> Meaning:
        """Return the kind and config."""
        for rule in (
            self._nothing,
            self._rectifier,
            self._softmax,
            self._arithmetic,
            self._pooling_over_space,
            self._pooling,
            self._weighted,
            self._shaping,
        ):
            found = rule()
            if found is not None:
                return found
        kind = _OTHER_THAN_THE_LAYER.get(self._name) or camel(self._name.rpartition(".")[2])
        return Meaning(kind, self._plain_arguments())

    def _argument(self, name: str, position: int | None = None, default: Any = None) -> Any:
        if name in self._node.kwargs:
            return self._node.kwargs[name]
        args = self._node.args
        return args[position] if position is not None and position < len(args) else default

    def _operands(self) -> tuple[Value, ...]:
        """Return the two operands of an arithmetic operation, as `keras.ops` names and orders them."""
        return self._argument("x1", 0), self._argument("x2", 1)

    def _number(self, value: Value) -> Any:
        """Return a constant operand as a number or a nested tuple of numbers, None for a tensor or a weight."""
        if type(value) in (int, float):
            return value
        if not isinstance(value, ConstantRef):
            return None
        array = self._graph.constants[value.index]
        if array.size == 1:
            return float(array.reshape(()))
        return _nested_tuple(array.tolist()) if array.size <= _MAX_SHOWN_CONSTANT else "an array"

    def _nothing(self) -> Meaning | None:
        is_same = self._name == "cast" and self._argument("dtype", 1) == self._dtype(self._argument("x", 0))
        return NOTHING if is_same or self._name == "copy" else None

    def _dtype(self, value: Value) -> str | None:
        """Return the dtype of a tensor as the graph says it, None where it does not."""
        if not isinstance(value, TensorRef):
            return None
        if value.node == INPUT:
            return self._graph.inputs[value.output].dtype
        specs = self._graph.programs[-1].nodes[value.node].outputs
        return None if specs is None else specs[value.output].dtype

    def _rectifier(self) -> Meaning | None:
        if self._name == "activations.relu":
            return rectifier(**{name: self._argument(name) for name in ("max_value", "negative_slope", "threshold")})
        if self._name in ("relu", "relu6"):
            return activation(self._name)
        if self._name == "leaky_relu":
            return rectifier(negative_slope=self._argument("negative_slope", 1, 0.2))
        if self._name == "maximum" and 0 in [self._number(each) for each in self._operands()]:
            return rectifier()
        return None

    def _softmax(self) -> Meaning | None:
        if self._name not in ("softmax", "log_softmax"):
            return None
        return Meaning(camel(self._name), {"axis": from_last(self._argument("axis", 1, -1), len(self._inputs[0]))})

    def _arithmetic(self) -> Meaning | None:
        """Tell joining two tensors from scaling one by numbers, or by a weight."""
        kind = _ARITHMETIC.get(self._name)
        if kind is None:
            return None
        left, right = self._operands()
        if isinstance(left, TensorRef) and isinstance(right, TensorRef):
            return Meaning(kind)
        if isinstance(left, WeightRef) or isinstance(right, WeightRef):
            return Meaning({"Add": "Bias", "Multiply": "Scale"}.get(kind, kind))
        number = self._number(right if isinstance(left, TensorRef) else left)
        is_left = not isinstance(left, TensorRef)
        if number is None or (kind == "Divide" and is_left):
            return Meaning(kind)
        return _rescaling(kind, number, is_left)

    def _pooling_over_space(self) -> Meaning | None:
        """Take a mean or maximum over all spatial axes for global pooling."""
        pooled = {"mean": "GlobalAveragePooling", "max": "GlobalMaxPooling", "amax": "GlobalMaxPooling"}.get(self._name)
        rank = len(self._inputs[0]) if self._inputs else 0
        axis = self._argument("axis", 1)
        if pooled is None or rank not in (3, 4, 5) or axis is None or self._argument("initial") is not None:
            return None
        if sorted(each % rank for each in flat(axis)) != list(range(1, rank - 1)):
            return None
        return Meaning(f"{pooled}{rank - 2}D", {"keepdims": bool(self._argument("keepdims", 2, False))})

    def _pooling(self) -> Meaning | None:
        pooled = {"max_pool": "MaxPooling", "average_pool": "AveragePooling"}.get(self._name)
        spatial = len(self._inputs[0]) - 2 if self._inputs else 0
        if pooled is None or spatial not in (1, 2, 3):
            return None
        size = _repeated(self._argument("pool_size", 1), spatial)
        strides = self._argument("strides", 2)
        return Meaning(
            f"{pooled}{spatial}D",
            {
                "pool_size": size,
                "strides": size if strides is None else _repeated(strides, spatial),
                "padding": str(self._argument("padding", 3, "valid")).lower(),
            },
        )

    def _weighted(self) -> Meaning | None:
        """Take a convolution or a matrix product with a weight for the layer that does the same."""
        if self._name in ("matmul", "dot"):
            left, right = self._operands()
            if isinstance(left, TensorRef) and isinstance(right, WeightRef):
                shape = self._graph.weights[right.index].shape
                return Meaning("Dense", {"units": shape[-1], "use_bias": False}) if len(shape) == 2 else None
        is_separable = self._name == "separable_conv"
        kernel = self._argument("depthwise_kernel" if is_separable else "kernel", 1)
        spatial = len(self._inputs[0]) - 2 if self._inputs else 0
        if self._name not in _CONVOLUTIONS or not isinstance(kernel, WeightRef):
            return None
        *size, inner, outer = self._graph.weights[kernel.index].shape
        config: dict[str, Any] = {
            "kernel_size": tuple(size),
            "strides": _repeated(self._argument("strides", 2 + is_separable, 1), spatial),
            "padding": str(self._argument("padding", 3 + is_separable, "valid")).lower(),
            "dilation_rate": _repeated(self._argument("dilation_rate", None, 1), spatial),
            "use_bias": False,
        }
        if is_separable:
            return Meaning(
                f"SeparableConv{spatial}D", {"filters": self._outputs[0][-1], "depth_multiplier": outer, **config}
            )
        if self._name == "depthwise_conv":
            return Meaning(f"DepthwiseConv{spatial}D", {"depth_multiplier": outer, **config})
        if self._name == "conv_transpose":
            return Meaning(f"Conv{spatial}DTranspose", {"filters": inner, **config})
        return Meaning(f"Conv{spatial}D", {"filters": outer, **config})

    def _shaping(self) -> Meaning | None:
        rank = len(self._inputs[0]) if self._inputs else 0
        if self._name == "concatenate":
            return Meaning("Concatenate", {"axis": from_last(self._argument("axis", 1, 0), rank)})
        if self._name == "cast" and self._inputs:
            return Meaning("Cast", {"dtype": self._argument("dtype", 1)})
        if self._name in ("reshape", "ravel"):
            return Meaning("Reshape")
        if self._name == "squeeze":
            return Meaning("Squeeze")
        if self._name == "transpose":
            axes = self._argument("axes", 1)
            if isinstance(axes, tuple) and axes and axes[0] == 0:
                return Meaning("Permute", {"dims": axes[1:]})
        if self._name == "pad" and rank in (3, 4, 5):
            return self._zero_padding(rank)
        if self._name == "image.resize":
            return self._resizing()
        return None

    def _resizing(self) -> Meaning:
        height, width = _repeated(self._argument("size", 1), 2)
        options = {name: self._argument(name) for name in ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio")}
        config = {"height": height, "width": width, "interpolation": self._argument("interpolation", 2, "bilinear")}
        return resizing({**config, **options}, self._inputs)

    def _zero_padding(self, rank: int) -> Meaning | None:
        widths = self._argument("pad_width", 1)
        is_constant = self._argument("mode", 2, "constant") == "constant"
        is_zero = self._argument("constant_values", 3, 0) in (None, 0)
        if not is_constant or not is_zero or not isinstance(widths, tuple) or len(widths) != rank:
            return None
        if widths[0] != (0, 0) or widths[-1] != (0, 0):
            return None
        return Meaning(f"ZeroPadding{rank - 2}D", {"padding": widths[1:-1] if rank > 3 else widths[1]})

    def _plain_arguments(self) -> dict[str, Any]:
        """Return the named arguments that are no tensors."""
        plain = (bool, int, float, str)
        spatial = max(len(self._inputs[0]) - 2, 1) if self._inputs else 1
        return {
            name: _repeated(value, spatial) if name in SIZES else value
            for name, value in self._node.kwargs.items()
            if type(value) in plain or _is_numbers(value)
        }


def _rescaling(kind: str, number: Any, is_left: bool) -> Meaning:
    """Return `x * scale + offset` for an operation of a tensor with a number."""
    if kind == "Add":
        return Meaning("Rescaling", {"scale": 1.0, "offset": number})
    if kind == "Multiply":
        return Meaning("Rescaling", {"scale": number, "offset": 0.0})
    transformed = functools.partial(_mapped, number)
    if kind == "Divide":
        return Meaning("Rescaling", {"scale": transformed(lambda n: 1 / n if n else math.inf), "offset": 0.0})
    if is_left:
        return Meaning("Rescaling", {"scale": -1.0, "offset": number})
    return Meaning("Rescaling", {"scale": 1.0, "offset": transformed(lambda n: -n)})


def _mapped(value: Any, function: Callable[[float], float]) -> Any:
    if isinstance(value, tuple):
        return tuple(_mapped(each, function) for each in value)
    return value if isinstance(value, str) else function(value)


def _repeated(value: Any, count: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) and len(value) == count else (flat(value)[0],) * count


def _nested_tuple(value: Any) -> Any:
    return tuple(_nested_tuple(each) for each in value) if isinstance(value, list) else value


def _is_numbers(value: Value) -> bool:
    return isinstance(value, tuple) and all(type(each) in (int, float) or _is_numbers(each) for each in value)
