"""Finds shortcuts: places where a short way around layers joins the long way through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from autograder.models.steps import START, Kinds, Source, Step, Wiring

CONVOLUTIONS = ("Conv*D", "Conv*DTranspose", "DepthwiseConv*D", "SeparableConv*D")
_WEIGHTED = (*CONVOLUTIONS, "Dense", "EinsumDense", "*Attention", "Opaque")
_LINEAR = ("*Normalization", "*Pooling*", "ZeroPadding*", "Cropping*", "GetItem", "Flatten", "Permute", "UpSampling*")


@dataclass(frozen=True, eq=False)
class Shortcut:
    """A path that joins what goes around one or more layers with what went through them.

    Attributes
    ----------
    merge
        The step that joins them, of kind "Add" unless another was asked for.
    start
        The step after which the two paths part; None where that is the model's input.
    branch
        The steps of the long way, between `start` and `merge`.
    path
        The steps of the short way, between `start` and `merge`; empty for an identity.
    kind
        "identity": nothing is on the short way, but what acts in training only. "projection": exactly one convolution
        or dense layer is, with normalisation, pooling or padding at most. "other": anything else, such as an
        activation, or pooling alone.
    num_convolutions
        Convolutions on the branch that are skipped; where the branch parts in itself, those on its longest way.
    """

    merge: Step
    start: Step | None
    branch: tuple[Step, ...]
    path: tuple[Step, ...]
    kind: Literal["identity", "projection", "other"]
    num_convolutions: int


def find_shortcuts(wiring: Wiring, merge: Kinds) -> tuple[Shortcut, ...]:
    """Return the shortcuts that steps of a kind join, in the order of computation."""
    finder = _Finder(wiring, merge)
    found = (finder.at(step) for step in wiring.steps if step.is_a(merge))
    return tuple(shortcut for shortcut in found if shortcut is not None)


@dataclass(frozen=True)
class _Way:
    """One operand of a merge: where it comes from, and the steps between the start and the merge."""

    source: Source
    steps: frozenset[int]
    num_weighted: int
    kernel: int
    """Largest number of positions that a kernel on the way covers."""

    @property
    def length(self) -> tuple[int, int, int]:
        return self.num_weighted, self.kernel, len(self.steps)


class _Finder:
    def __init__(self, wiring: Wiring, kind: Kinds) -> None:
        self._wiring = wiring
        self._kind = kind
        self._steps = wiring.steps

    def at(self, merge: Step) -> Shortcut | None:
        """Return the shortcut that a step joins, None where it joins something else."""
        if self._is_inside_another(merge.index):
            return None
        operands = list(dict.fromkeys(self._operands(merge.index)))
        if len(operands) < 2:
            return None
        start = self._wiring.dominators[merge.index]
        ways = sorted((self._way(source, start) for source in operands), key=lambda way: way.length)
        short, long = ways[0], ways[1:]
        if not self._is_shorter(short, long) or not self._part_at_one_tensor(start, short, long):
            return None
        branch = frozenset().union(*(way.steps for way in long)) - short.steps
        return Shortcut(
            merge=merge,
            start=None if start == START else self._steps[start],
            branch=tuple(self._steps[index] for index in sorted(branch)),
            path=tuple(self._steps[index] for index in sorted(short.steps)),
            kind=self._path_kind(short),
            num_convolutions=max(self._longest(way.source.step, way.steps, CONVOLUTIONS) for way in long),
        )

    def _operands(self, index: int) -> list[Source]:
        """Return what a merge joins, sums of sums taken apart."""
        found: list[Source] = []
        waiting = list(reversed(self._wiring.sources[index]))
        while waiting:
            source = waiting.pop()
            is_sum = source.step != START and self._steps[source.step].is_a(self._kind)
            if is_sum and self._is_inside_another(source.step):
                waiting.extend(reversed(self._wiring.sources[source.step]))
            else:
                found.append(source)
        return found

    def _is_inside_another(self, index: int) -> bool:
        """Return whether a merge only feeds one other merge, and nothing else."""
        takers = self._wiring.takers[index]
        is_taken_once = len(takers) == 1 and self._steps[takers[0]].is_a(self._kind)
        return is_taken_once and not any(source.step == index for source in self._wiring.outputs)

    def _way(self, source: Source, start: int) -> _Way:
        # Every way to the merge passes `start`, so what stands after it and is needed lies between the two.
        steps = frozenset(self._wiring.ancestors(source.step, after=start) if source.step > start else ())
        kernels = [int(np.prod(self._steps[index].config.get("kernel_size", ()), dtype=int)) for index in steps]
        return _Way(source, steps, self._longest(source.step, steps, _WEIGHTED), max(kernels, default=0))

    def _longest(self, end: int, among: frozenset[int], kinds: tuple[str, ...]) -> int:
        """Return the largest number of steps of some kinds on one path to `end`."""
        longest: dict[int, int] = {}
        for index in sorted(among):
            before = max((longest.get(source.step, 0) for source in self._wiring.sources[index]), default=0)
            longest[index] = before + self._steps[index].is_a(kinds)
        return longest.get(end, 0)

    def _is_shorter(self, short: _Way, long: list[_Way]) -> bool:
        """Return whether one way goes around what the others go through; two equal branches do not."""
        if not short.steps:
            return any(way.steps for way in long)
        return all((short.num_weighted, short.kernel) < (way.num_weighted, way.kernel) for way in long)

    def _part_at_one_tensor(self, start: int, short: _Way, long: list[_Way]) -> bool:
        """Return whether all ways begin at the same output of `start`: two outputs of a split are two tensors."""
        numbers: list[set[int]] = []
        for way in (short, *long):
            taken = {way.source.output} if way.source.step == start else set()
            for index in way.steps:
                taken |= {source.output for source in self._wiring.sources[index] if source.step == start}
            numbers.append(taken)
        return bool(set.intersection(*numbers))

    def _path_kind(self, short: _Way) -> Literal["identity", "projection", "other"]:
        steps = [step for step in map(self._steps.__getitem__, short.steps) if not step.acts_in_training_only]
        if not steps:
            return "identity"
        projections = [step for step in steps if step.is_a((*CONVOLUTIONS, "Dense"))]
        rest = [step for step in steps if step not in projections]
        return "projection" if len(projections) == 1 and all(step.is_a(_LINEAR) for step in rest) else "other"
