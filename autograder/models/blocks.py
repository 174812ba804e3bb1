"""Finds what a model repeats: parts that follow each other and are alike but for their sizes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.models.alike import Numbers, frozen
from autograder.models.shortcuts import Shortcut
from autograder.models.steps import START, Kinds, Step, Wiring

_MAX_PERIOD = 200  # parts of one block; a model of ten thousand layers is looked through in a second or two


@dataclass(frozen=True, eq=False)
class Block:
    """One copy of what a model repeats.

    Attributes
    ----------
    steps
        Everything in it, in the order of computation; the last one is what the next block takes.
    """

    steps: tuple[Step, ...]

    def operations(self, kinds: Kinds | None = None) -> tuple[Step, ...]:
        """Return its steps of a kind, as `ModelView.operations` does."""
        return tuple(step for step in self.steps if step.is_a(kinds))


def find_blocks(wiring: Wiring, shortcuts: Sequence[Shortcut]) -> tuple[tuple[Block, ...], ...]:
    """Return for each part that is repeated its copies, in the order of computation.

    The model is cut at the steps that every way from the inputs to the outputs passes. Two parts are alike where their
    steps are of the same kinds, with equal windows, wired in the same way; numbers of filters, strides, padding,
    what acts in training only and the short way of a shortcut do not count. A row of alike parts is found as the
    longest stretch that repeats itself; of equal ones the one with the shortest block.
    """
    parts = _parts(wiring)
    alike = _Alike(wiring, shortcuts)
    numbers = [alike.number(part) for part in parts]
    groups: list[tuple[Block, ...]] = []
    waiting = [(0, len(parts))]
    while waiting:
        begin, end = waiting.pop()
        found = _longest_repeat(numbers[begin:end], [any(s.num_parameters for s in part) for part in parts[begin:end]])
        if found is None:
            continue
        start, period, count = begin + found[0], found[1], found[2]
        cuts = [start + period * copy for copy in range(count + 1)]
        groups.append(tuple(Block(tuple(step for part in parts[a:b] for step in part)) for a, b in pairwise(cuts)))
        waiting += [(begin, start), (cuts[-1], end)]
    return tuple(sorted(groups, key=lambda group: group[0].steps[0].index))


def _parts(wiring: Wiring) -> list[tuple[Step, ...]]:
    """Return the steps between the places that every way passes, each part with the place at its end."""
    if not wiring.steps:
        return []
    place = wiring.common_dominator(source.step for source in wiring.outputs)
    ends = []
    while place != START:
        ends.append(place)
        place = wiring.dominators[place]
    if not ends:
        return []
    live = wiring.ancestors(ends[0])
    parts, begin = [], 0
    for end in reversed(ends):
        parts.append(tuple(wiring.steps[index] for index in range(begin, end + 1) if index in live))
        begin = end + 1
    return parts


class _Alike:
    """Numbers parts: equal where they are alike."""

    def __init__(self, wiring: Wiring, shortcuts: Sequence[Shortcut]) -> None:
        self._wiring = wiring
        self._numbers = Numbers()
        self._short = {step.index for shortcut in shortcuts for step in shortcut.path}
        self._merges = {shortcut.merge.index for shortcut in shortcuts}

    def number(self, part: Sequence[Step]) -> int:
        """Return the number of a part."""
        found: dict[int, Hashable] = {}
        for step in part:
            taken = [
                found.get(source.step, "before")
                for source in self._wiring.sources[step.index]
                if source.step not in self._short
            ]
            if step.index in self._merges:
                taken = [each for each in taken if each != "before"]
            if step.acts_in_training_only:
                found[step.index] = taken[0]
                continue
            label = (step.kind, frozen(step.config.get("kernel_size")), frozen(step.config.get("pool_size")))
            found[step.index] = self._numbers.of((label, *sorted(map(str, taken))))
        return self._numbers.of(("part", found[part[-1].index]))


def _longest_repeat(numbers: Sequence[int], has_weights: Sequence[bool]) -> tuple[int, int, int] | None:
    """Return begin, period and count of the longest stretch that repeats itself, None where nothing does.

    Where a stretch can be cut into blocks in several ways, blocks begin with weights if they can.
    """
    best: tuple[int, int, int] | None = None
    for period in range(1, min(len(numbers) // 2, _MAX_PERIOD) + 1):
        run = 0
        for index in range(len(numbers) - period + 1):
            if index + period < len(numbers) and numbers[index] == numbers[index + period]:
                run += 1
                continue
            if run >= period:
                begin, count = index - run, run // period + 1
                spare = run + period - count * period
                begin = next((b for b in range(begin, begin + spare + 1) if has_weights[b]), begin)
                is_of_weights = any(has_weights[begin : begin + period])
                if is_of_weights and (best is None or period * count > best[1] * best[2]):
                    best = (begin, period, count)
            run = 0
    return best
