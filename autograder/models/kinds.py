"""What a layer or an activation is to a suite: one kind and one config, however it was written.

Every rule here and in `autograder.models.operation_kinds` says that two ways of writing are the same function;
nothing that differs in meaning may get the same kind and config.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.models.graph import Layer, Shape

SIZES = ("kernel_size", "strides", "pool_size", "dilation_rate", "size")
"""Settings that have a number for each spatial axis."""

_HIDDEN = ("dtype", "activation", "quantization_config", "seed")


@dataclass(frozen=True)
class Meaning:
    """What a node does. `kind` None: nothing, its first tensor goes through unchanged."""

    kind: str | None
    config: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Meaning(None)


def of_layer(layer: Layer, inputs: Sequence[Shape]) -> Meaning:
    """Return what a layer does to tensors of known shapes."""
    config = {name: value for name, value in layer.config.items() if name not in _HIDDEN}
    rank = len(inputs[0]) if inputs else 0
    if layer.kind == "Identity" or ("Dropout" in layer.kind and config.get("rate") == 0):
        return NOTHING
    if layer.kind == "Activation":
        return activation(layer.config.get("activation"))
    if layer.kind in ("ReLU", "LeakyReLU"):
        return rectifier(**{name: config.get(name) for name in ("max_value", "negative_slope", "threshold")})
    if layer.kind == "Reshape":
        return Meaning("Reshape")
    if layer.kind.startswith("Adaptive") and set(flat(config.get("output_size"))) == {1}:
        return Meaning(layer.kind.replace("Adaptive", "Global"), {"keepdims": True})
    if layer.kind == "Resizing":
        return resizing(config, inputs)
    spatial = _spatial_rank(layer.kind)
    for name in SIZES:
        if type(config.get(name)) is int and spatial:
            config[name] = (config[name],) * spatial
    if "axis" in config and rank:
        config["axis"] = from_last(config["axis"], rank)
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
        return rectifier()
    if name == "relu6":
        return rectifier(max_value=6.0)
    if name == "leaky_relu":
        return rectifier(negative_slope=0.2)
    defaults: dict[str, dict[str, Any]] = {
        "celu": {"alpha": 1.0},
        "elu": {"alpha": 1.0},
        "gelu": {"approximate": False},
        "log_softmax": {"axis": -1},
        "softmax": {"axis": -1},
    }
    return Meaning(camel(str(name)), defaults.get(str(name), {}))


def rectifier(
    max_value: float | None = None, negative_slope: float | None = None, threshold: float | None = None
) -> Meaning:
    """Return the kind of a rectifier: a slope alone makes it leaky."""
    slope, offset = float(negative_slope or 0.0), float(threshold or 0.0)
    if slope and max_value is None and not offset:
        return Meaning("LeakyReLU", {"negative_slope": slope})
    maximum = None if max_value is None else float(max_value)
    return Meaning("ReLU", {"max_value": maximum, "negative_slope": slope, "threshold": offset})


def resizing(config: Mapping[str, Any], inputs: Sequence[Shape]) -> Meaning:
    """Take resizing to a multiple of the size for "UpSampling2D", which computes the same.

    Parameters
    ----------
    config
        Arguments of `Resizing`: `height`, `width` and `interpolation`, and others where they are not the defaults.
    inputs
        The first is the shape of the images.
    """
    before = tuple(n for n in (inputs[0][-3:-1] if inputs else ()) if n)
    after = tuple(n for n in (config.get("height"), config.get("width")) if type(n) is int)
    is_plain = not any(config.get(name) for name in ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio"))
    if is_plain and len(before) == len(after) == 2 and not any(b % a for a, b in zip(before, after, strict=True)):
        size = tuple(b // a for a, b in zip(before, after, strict=True))
        if set(size) == {1}:
            return NOTHING
        return Meaning("UpSampling2D", {"size": size, "interpolation": config.get("interpolation", "bilinear")})
    options = ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "fill_mode", "fill_value")
    shown = ("height", "width", "interpolation") if is_plain else ("height", "width", "interpolation", *options)
    return Meaning("Resizing", {name: config[name] for name in shown if config.get(name) not in (None, False)})


def from_last(axis: Any, rank: int) -> Any:
    """Count an axis, or several, from the last: -1 is the channels."""
    if isinstance(axis, tuple):
        each = tuple(from_last(one, rank) for one in axis)
        return each[0] if len(each) == 1 else each
    return axis - rank if type(axis) is int and axis >= 0 else axis


def flat(value: Any) -> tuple[Any, ...]:
    """Return a value that may be a tuple as one."""
    return value if isinstance(value, tuple) else (value,)


def camel(name: str) -> str:
    """Return "leaky_relu" as "LeakyRelu"; Keras spells its own classes otherwise here and there."""
    spelled = {"elu": "ELU", "selu": "Selu", "prelu": "PReLU"}
    return spelled.get(name) or "".join(part[:1].upper() + part[1:] for part in name.split("_"))
