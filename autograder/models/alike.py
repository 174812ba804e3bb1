"""Numbers steps so that those with the same number compute the same from the same, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from autograder.models.steps import START, Source, Step, Wiring

ORDER_IS_FREE = ("Add", "Average", "Maximum", "Minimum", "Multiply")
"""Kinds whose arguments may come in any order."""

_NOT_LOOKED_AT = ("_initializer",)  # how weights begin is another question than what they are used for
_DEFAULTS: dict[str, tuple[Any, ...]] = {  # an operation does not say what a layer says without being asked
    "activity_regularizer": (None,),
    "approximate": (False,),
    "data_format": (None, "channels_last"),
    "depth_multiplier": (1,),
    "dilation_rate": (1, (1,), (1, 1), (1, 1, 1)),
    "groups": (1,),
    "output_padding": (None,),
    "use_bias": (True,),
}
_SEES_THE_FLAG = ("*Normalization", "*Dropout*", "Gaussian*", "Random*", "ActivityRegularization", "Opaque")


class Numbers:
    """Gives equal things equal numbers; share one between all models that are compared."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def of(self, thing: Hashable) -> int:
        """Return the number of a thing."""
        return self._numbers.setdefault(thing, len(self._numbers))


def numbered(wiring: Wiring, numbers: Numbers, label: Callable[[Step], Hashable]) -> list[int]:
    """Return a number for each step: equal where labels are equal, and what is taken from where.

    Inputs of the model are told apart by their place.
    """
    found: list[int] = []

    def of(source: Source) -> int:
        giver = -1 - source.output if source.step == START else found[source.step]
        return numbers.of((giver, source.output))

    for step in wiring.steps:
        taken = [of(source) for source in wiring.sources[step.index]]
        found.append(numbers.of((label(step), *(sorted(taken) if step.is_a(ORDER_IS_FREE) else taken))))
    return found


def settings(step: Step) -> dict[str, Any]:
    """Return those settings of a step that say what it computes and how it is trained, defaults left out."""
    return {
        name: value
        for name, value in step.config.items()
        if not name.endswith(_NOT_LOOKED_AT)
        and not (name in _DEFAULTS and value in _DEFAULTS[name])
        and not (name.endswith(("_regularizer", "_constraint")) and value is None)
    }


def sees_the_flag(step: Step) -> bool:
    """Return whether a step computes another thing in training than in inference."""
    return step.is_a(_SEES_THE_FLAG)


def frozen(value: Any) -> Hashable:
    """Return a config as something that can be compared and hashed; 1 and 1.0 are the same."""
    if isinstance(value, Mapping):
        return tuple(sorted((name, frozen(each)) for name, each in value.items()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(frozen(each) for each in value)
    return value if isinstance(value, Hashable) else repr(value)
