"""What a node of a graph is to a suite: one kind and one config, however it was written.

Every rule here says that two ways of writing are the same function; nothing that differs in meaning may get the
same kind and config.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.models.graph import Layer, LayerNode, ModelGraph, Node, OperationNode, Shape
from autograder.models.values import INPUT, ConstantRef, TensorRef, Value, WeightRef

_SIZES = ("kernel_size", "strides", "pool_size", "dilation_rate", "size")
_HIDDEN = ("dtype", "activation", "quantization_config", "seed")
_ARITHMETIC = {
    "add": "Add",
    "divide": "Divide",
    "multiply": "Multiply",
    "subtract": "Subtract",
    "true_divide": "Divide",
}
_MAX_SHOWN_CONSTANT = 64  # numbers of a constant that go into a config


@dataclass(frozen=True)
class Meaning:
    """What a node does. `kind` None: nothing, its first tensor goes through unchanged."""

    kind: str | None
    config: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Meaning(None)
_OTHER_THAN_THE_LAYER = {  # operations that would be called as a layer of another meaning
    "average": "WeightedMean",
    "batch_normalization": "FixedBatchNormalization",
    "dot": "Matmul",
    "exp": "Exponential",
}


def meaning(graph: ModelGraph, node: Node, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Meaning:
    """Return what a node does.

    Parameters
    ----------
    graph
        The graph that the node belongs to.
    node
        The node.
    inputs, outputs
        Measured shapes of the tensors that it takes and returns.
    """
    if isinstance(node, LayerNode):
        found = _of_layer(graph.layers[node.layer], inputs)
    elif isinstance(node, OperationNode):
        found = _Operation(graph, node, inputs, outputs).meaning()
    else:
        return Meaning("Opaque")
    return _flattening(found, inputs, outputs)


def _flattening(found: Meaning, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Meaning:
    """Take any reshape of one image to one row for "Flatten"."""
    if found.kind not in ("Reshape", "Squeeze", "Flatten") or len(inputs) != 1:
        return found
    before, after = inputs[0], outputs[0]
    is_row = len(after) == 2 and after[0] is None and None not in after[1:] and None not in before[1:]
    if is_row and math.prod(n for n in before[1:] if n is not None) == after[1]:
        return Meaning("Flatten")
    return Meaning("Reshape", {"target_shape": after[1:]})


# Layers ---------------------------------------------------------------------------------------------------------


def _of_layer(layer: Layer, inputs: Sequence[Shape]) -> Meaning:
    config = {name: value for name, value in layer.config.items() if name not in _HIDDEN}
    rank = len(inputs[0]) if inputs else 0
    if layer.kind == "Identity":
        return NOTHING
    if layer.kind == "Activation":
        return activation(layer.config.get("activation"))
    if layer.kind in ("ReLU", "LeakyReLU"):
        return _rectifier(**{name: config.get(name) for name in ("max_value", "negative_slope", "threshold")})
    if layer.kind == "Reshape":
        return Meaning("Reshape")
    if layer.kind.startswith("Adaptive") and set(_flat(config.get("output_size"))) == {1}:
        return Meaning(layer.kind.replace("Adaptive", "Global"), {"keepdims": True})
    spatial = _spatial_rank(layer.kind)
    for name in _SIZES:
        if type(config.get(name)) is int and spatial:
            config[name] = (config[name],) * spatial
    if "axis" in config and rank:
        config["axis"] = _from_last(config["axis"], rank)
    if layer.kind.startswith("GlobalAverage") or layer.kind.startswith("GlobalMax"):
        config["keepdims"] = bool(config.get("keepdims"))
    return Meaning(layer.kind, config)


def _spatial_rank(kind: str) -> int:
    return next((n for n in (1, 2, 3) if f"{n}D" in kind), 0)


def activation(name: str | None) -> Meaning:
    """Return what an activation of Keras does, by its name."""
    if name in (None, "linear"):
        return NOTHING
    if name == "relu":
        return _rectifier()
    if name == "relu6":
        return _rectifier(max_value=6.0)
    if name == "leaky_relu":
        return _rectifier(negative_slope=0.2)
    defaults: dict[str, dict[str, Any]] = {
        "celu": {"alpha": 1.0},
        "elu": {"alpha": 1.0},
        "gelu": {"approximate": False},
        "log_softmax": {"axis": -1},
        "softmax": {"axis": -1},
    }
    return Meaning(_camel(str(name)), defaults.get(str(name), {}))


def _rectifier(
    max_value: float | None = None, negative_slope: float | None = None, threshold: float | None = None
) -> Meaning:
    """Return the kind of a rectifier: a slope alone makes it leaky."""
    slope, offset = float(negative_slope or 0.0), float(threshold or 0.0)
    if slope and max_value is None and not offset:
        return Meaning("LeakyReLU", {"negative_slope": slope})
    maximum = None if max_value is None else float(max_value)
    return Meaning("ReLU", {"max_value": maximum, "negative_slope": slope, "threshold": offset})


# Operations -----------------------------------------------------------------------------------------------------


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
        kind = _OTHER_THAN_THE_LAYER.get(self._name) or _camel(self._name.rpartition(".")[2])
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
            return _rectifier(**{name: self._argument(name) for name in ("max_value", "negative_slope", "threshold")})
        if self._name in ("relu", "relu6"):
            return activation(self._name)
        if self._name == "leaky_relu":
            return _rectifier(negative_slope=self._argument("negative_slope", 1, 0.2))
        if self._name == "maximum" and 0 in [self._number(each) for each in self._operands()]:
            return _rectifier()
        return None

    def _softmax(self) -> Meaning | None:
        if self._name not in ("softmax", "log_softmax"):
            return None
        return Meaning(_camel(self._name), {"axis": _from_last(self._argument("axis", 1, -1), len(self._inputs[0]))})

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
        if sorted(each % rank for each in _flat(axis)) != list(range(1, rank - 1)):
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
        kernel = self._argument("kernel", 1)
        spatial = len(self._inputs[0]) - 2 if self._inputs else 0
        if self._name not in ("conv", "depthwise_conv", "conv_transpose") or not isinstance(kernel, WeightRef):
            return None
        *size, inner, outer = self._graph.weights[kernel.index].shape
        config: dict[str, Any] = {
            "kernel_size": tuple(size),
            "strides": _repeated(self._argument("strides", 2, 1), spatial),
            "padding": str(self._argument("padding", 3, "valid")).lower(),
            "dilation_rate": _repeated(self._argument("dilation_rate", None, 1), spatial),
            "use_bias": False,
        }
        if self._name == "depthwise_conv":
            return Meaning(f"DepthwiseConv{spatial}D", {"depth_multiplier": outer, **config})
        if self._name == "conv_transpose":
            return Meaning(f"Conv{spatial}DTranspose", {"filters": inner, **config})
        return Meaning(f"Conv{spatial}D", {"filters": outer, **config})

    def _shaping(self) -> Meaning | None:
        rank = len(self._inputs[0]) if self._inputs else 0
        if self._name == "concatenate":
            return Meaning("Concatenate", {"axis": _from_last(self._argument("axis", 1, 0), rank)})
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
            height, width = _repeated(self._argument("size", 1), 2)
            config = {"height": height, "width": width, "interpolation": self._argument("interpolation", 2, "bilinear")}
            return Meaning("Resizing", config)
        return None

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
        return {name: value for name, value in self._node.kwargs.items() if type(value) in plain or _is_numbers(value)}


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


def _from_last(axis: Any, rank: int) -> Any:
    """Count an axis, or several, from the last: -1 is the channels."""
    if isinstance(axis, tuple):
        each = tuple(_from_last(one, rank) for one in axis)
        return each[0] if len(each) == 1 else each
    return axis - rank if type(axis) is int and axis >= 0 else axis


def _flat(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _repeated(value: Any, count: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) and len(value) == count else (_flat(value)[0],) * count


def _nested_tuple(value: Any) -> Any:
    return tuple(_nested_tuple(each) for each in value) if isinstance(value, list) else value


def _is_numbers(value: Value) -> bool:
    return isinstance(value, tuple) and all(type(each) in (int, float) or _is_numbers(each) for each in value)


def _camel(name: str) -> str:
    """Return "leaky_relu" as "LeakyRelu"; Keras spells its own classes otherwise here and there."""
    spelled = {"elu": "ELU", "selu": "Selu", "prelu": "PReLU"}
    return spelled.get(name) or "".join(part[:1].upper() + part[1:] for part in name.split("_"))
