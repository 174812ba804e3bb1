"""Says in words where two models differ, up to names and the order of what is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from autograder.models.alike import Numbers, frozen, numbered, sees_the_flag, settings
from autograder.models.graph import Shape
from autograder.models.steps import START, Source, Step, Wiring

Identity = Callable[[Step], object]
"""What two steps share that apply the same weights."""

_FLAGS = {
    "follows": "follows the model's mode",
    "never": "stays in inference mode",
    "always": "stays in training mode",
}


@dataclass(frozen=True)
class Compared:
    """One of two models that are compared.

    Attributes
    ----------
    wiring
        Its steps.
    inputs
        The shapes of its inputs.
    """

    wiring: Wiring
    inputs: Sequence[Shape]


def find_difference(one: Compared, two: Compared, identity: Identity) -> str:
    """Return the first difference in the order of computation, as a sentence; empty where there is none."""
    if list(one.inputs) != list(two.inputs):
        return f"it takes {_shapes(one.inputs)}, the other model takes {_shapes(two.inputs)}"
    numbers = Numbers()
    left, right = (_Numbered(each.wiring, numbered(each.wiring, numbers, _label)) for each in (one, two))
    if left.outputs == right.outputs:
        return _repeated(left, right) or _shared(left, right, identity) or _shared(right, left, identity)
    mine, others = next(iter(left.beside(right)), None), right.beside(left)
    if mine is None and not others:
        return f"it returns {left.words(left.wiring.outputs)}, the other model {right.words(right.wiring.outputs)}"
    if mine is None:
        return f"the other model has {_step(others[0])} as well, which takes {right.words_of_taken(others[0])}"
    theirs = next((step for step in others if right.taken(step) == left.taken(mine)), None)
    if theirs is None:
        return f"{_step(mine)} takes {left.words_of_taken(mine)}, no step of the other model does that"
    if mine.kind == theirs.kind:
        return _in_settings(mine, theirs)
    return f"after {left.words_of_taken(mine)} comes {_step(mine)}, in the other model {_step(theirs)}"


@dataclass(frozen=True)
class _Numbered:
    """A model with a number for each step, which is that of a step of the other model that computes the same."""

    wiring: Wiring
    numbers: list[int]

    @property
    def outputs(self) -> list[tuple[int, int]]:
        return [self._number(source) for source in self.wiring.outputs]

    def taken(self, step: Step) -> list[tuple[int, int]]:
        return sorted(self._number(source) for source in self.wiring.sources[step.index])

    def numbered(self) -> list[tuple[int, Step]]:
        return list(zip(self.numbers, self.wiring.steps, strict=True))

    def beside(self, other: _Numbered) -> list[Step]:
        """Return the steps that have no equal in the other model, in the order of computation."""
        known = set(other.numbers)
        return [step for number, step in self.numbered() if number not in known]

    def words_of_taken(self, step: Step) -> str:
        return self.words(self.wiring.sources[step.index])

    def words(self, sources: Sequence[Source]) -> str:
        names = ("the input" if each.step == START else f"`{self.wiring.steps[each.step].name}`" for each in sources)
        return " and ".join(dict.fromkeys(names)) or "nothing"

    def _number(self, source: Source) -> tuple[int, int]:
        return (-1 if source.step == START else self.numbers[source.step]), source.output


def _label(step: Step) -> Hashable:
    """Return what a step is, its name and what it takes aside."""
    return (
        step.kind,
        frozen(settings(step)),
        step.output_shape,
        step.output_dtype,
        step.trainable or step.num_parameters == 0,
        step.training if sees_the_flag(step) else "",
    )


def _in_settings(one: Step, two: Step) -> str:
    """Return in what two steps of a kind differ that take the same."""
    what, other = _step(one), f"in the other model `{two.name}`"
    left, right = settings(one), settings(two)
    for name in (*left, *(name for name in right if name not in left)):
        if frozen(left.get(name)) != frozen(right.get(name)):
            return f"{what} has {name}={left.get(name)}, {other} has {name}={right.get(name)}"
    if one.output_shape != two.output_shape:
        return f"{what} returns the shape {one.output_shape}, {other} returns {two.output_shape}"
    if one.output_dtype != two.output_dtype:
        return f"{what} computes in {one.output_dtype}, {other} in {two.output_dtype}"
    if one.trainable != two.trainable:
        words = {True: "trainable", False: "frozen"}
        return f"{what} is {words[one.trainable]}, {other} is {words[two.trainable]}"
    return f"{what} {_FLAGS[one.training]}, {other} {_FLAGS[two.training]}"


def _repeated(one: _Numbered, two: _Numbered) -> str:
    """Return what one model computes in more places than the other: `y + y` is not the sum of two equal branches."""
    counts = Counter(one.numbers), Counter(two.numbers)
    for number, step in one.numbered():
        here, there = (count[number] for count in counts)
        if here != there:
            return f"what {_step(step)} computes is computed {here} times, in the other model {there} times"
    return ""


def _shared(one: _Numbered, two: _Numbered, identity: Identity) -> str:
    """Return a layer that one model uses in several places, where the other has a layer for each."""
    ordered = [[step for _, step in sorted(each.numbered(), key=lambda pair: pair[0])] for each in (one, two)]
    partner: dict[object, object] = {}
    for mine, theirs in zip(*ordered, strict=True):
        if partner.setdefault(identity(mine), identity(theirs)) != identity(theirs):
            return f"{_step(mine)} is one layer in several places in one of the models, and not in the other"
    return ""


def _step(step: Step) -> str:
    return f"`{step.name}` ({step.kind})"


def _shapes(shapes: Sequence[Shape]) -> str:
    return " and ".join(map(str, shapes))
