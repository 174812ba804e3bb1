"""Masks that travel with symbolic tensors: where they come from, and where a graph has to name them.

Keras hands a mask from layer to layer beside the tensor. A rebuilt model does the same between layers that follow
each other directly, so such masks need no words. Two others do: a mask that student code computes with becomes nodes,
and one that came through a layer of the student's own is passed on as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
from keras import tree

from autograder.models import keras_private
from autograder.models.flags import parameters


@dataclass(frozen=True)
class _Recipe:
    """How a mask was computed."""

    layer: keras.Layer
    argument: Any
    masks: Any


class Masks:
    """The masks of one pass over student code."""

    def __init__(self) -> None:
        self._recipes: dict[int, _Recipe] = {}
        self._by_themselves: set[int] = set()  # ids of tensors that have their mask in a rebuilt model as well
        self._kept: list[object] = []

    def arguments(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the masks that a rebuilt layer has to be given, by the name of the argument."""
        given, found = tensor_arguments(layer, args, kwargs), {}
        for name, argument in given.items():
            mask = _masks(argument)
            wanted = "mask" if len(given) == 1 else f"{name}_mask"
            is_new = any(each is not None for each in tree.flatten(mask)) and not self._come_by_themselves(argument)
            if is_new and wanted in parameters(layer.call) and kwargs.get(wanted) is None:
                found[wanted] = mask
        return found

    def come_by_themselves(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the masks that Keras hands to a rebuilt layer by itself, by the name of the argument."""
        found = tensor_arguments(layer, args, kwargs) if self._by_themselves else {}
        return {
            "mask" if len(found) == 1 else f"{name}_mask": keras_private.mask_of(argument)
            for name, argument in found.items()
            if id(argument) in self._by_themselves
        }

    def recorded(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        """Remember where the masks of what a layer of Keras's own returned come from."""
        masked = [tensor for tensor in tree.flatten(outputs) if keras_private.mask_of(tensor) is not None]
        if not masked:
            return
        first = next(iter(tensor_arguments(layer, args, kwargs).values()), None)
        given = kwargs.get("mask")
        masks = _masks(first) if given is None else given
        are_given = given is not None or self._come_by_themselves(first)
        for tensor in masked:
            mask = keras_private.mask_of(tensor)
            self._kept += [tensor, mask]
            if are_given:
                self._by_themselves.add(id(tensor))
            if not any(mask is each for each in tree.flatten(masks)):
                self._recipes.setdefault(id(mask), _Recipe(layer, first, masks))

    def computed(self, mask: Any) -> Any:
        """Return a mask as student code would compute it, None where it is none of a layer of Keras's."""
        recipe = self._recipes.get(id(mask))
        if recipe is None:
            return None
        return tree.flatten(recipe.layer.compute_mask(recipe.argument, recipe.masks))[0]

    def given_to(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the masks that Keras hands to the `call` of a layer of the student's own."""
        found = tensor_arguments(layer, args, kwargs)
        given = {}
        for name, argument in found.items():
            wanted = "mask" if len(found) == 1 else f"{name}_mask"
            mask = _masks(argument)
            if wanted in parameters(layer.call) and kwargs.get(wanted) is None and mask is not None:
                given[wanted] = mask
        return given

    def pass_on(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        """Give what a layer of the student's own returned its mask, as Keras does."""
        first = next(iter(tensor_arguments(layer, args, kwargs).values()), None)
        if layer.supports_masking and first is not None:
            given = kwargs.get("mask")
            keras_private.pass_mask_on(layer, first, outputs, _masks(first) if given is None else given)

    def _come_by_themselves(self, argument: Any) -> bool:
        return all(
            keras_private.mask_of(each) is None or id(each) in self._by_themselves for each in tree.flatten(argument)
        )


def tensor_arguments(layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call that are symbolic tensors, or lists or dicts of them, by name."""
    names = [name for name, each in parameters(layer.call).items() if each.kind is not each.VAR_KEYWORD]
    named = {**dict(zip(names, args, strict=False)), **kwargs}
    return {name: value for name, value in named.items() if _are_tensors(value) and not name.endswith("mask")}


def _are_tensors(value: Any) -> bool:
    flat = tree.flatten(value)
    return bool(flat) and all(isinstance(each, keras.KerasTensor) for each in flat)


def _masks(structure: Any) -> Any:
    mask_of: Callable[[Any], Any] = keras_private.mask_of
    return tree.map_structure(mask_of, structure)
