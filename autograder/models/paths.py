"""The steps of a model, and the ways between them: what can be asked with a `Wiring` alone.

The examples use the `view` of a small residual network::

    x = layers.Conv2D(8, 3, padding="same")(inputs)                      # inputs of shape (16, 16, 3)
    y = layers.Conv2D(8, 3, padding="same")(layers.ReLU()(layers.BatchNormalization()(x)))
    x = layers.Dropout(0.1)(layers.ReLU()(x + y))
    x = layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(x))
    outputs = layers.Dense(10, activation="softmax")(x)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from autograder.models.steps import START, Kinds, Step, Wiring

Steps = Step | Iterable[Step]
"""One step, or several."""


class Paths:
    """The steps of a model.

    Parameters
    ----------
    wiring
        The normalised graph.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    @property
    def steps(self) -> tuple[Step, ...]:
        """Everything that leads to an output, in the order of computation.

        >>> [step.kind for step in view.steps][:5]
        ['Conv2D', 'BatchNormalization', 'ReLU', 'Conv2D', 'Add']
        """
        return self._wiring.steps

    def operations(self, kind: Kinds | None = None) -> tuple[Step, ...]:
        """Return every step of a kind (or of any kind), in the order of computation.

        >>> len(view.operations("Conv2D"))
        2
        >>> [step.kind for step in view.operations(("*Pooling2D", "Dense"))]
        ['MaxPooling2D', 'GlobalAveragePooling2D', 'Dense']
        """
        return tuple(step for step in self.steps if step.is_a(kind))

    def layers(self, kind: Kinds | None = None) -> tuple[Step, ...]:
        """Return the steps of a kind, but a layer *with weights* that is used in several places only once.

        So `view.shared("BatchNormalization")` is not empty where `layers` is shorter than `operations`.

        >>> [step.config["filters"] for step in view.layers("Conv2D")]
        [8, 8]
        """
        seen: set[object] = set()
        found = []
        for step in self.operations(kind):
            if identity(step) not in seen:
                seen.add(identity(step))
                found.append(step)
        return tuple(found)

    def uses(self, step: Step) -> tuple[Step, ...]:
        """Return every step that applies the same layer, `step` itself included.

        >>> [use.index for use in view.uses(view.steps[0])]
        [0]
        """
        return tuple(each for each in self.steps if identity(each) == identity(self._own(step)))

    def shared(self, kind: Kinds | None = None) -> tuple[Step, ...]:
        """Return the steps of a kind whose layer, which has weights, is used in other places as well.

        >>> view.shared()
        ()
        """
        num_uses = Counter(identity(step) for step in self.steps)
        return tuple(step for step in self.operations(kind) if num_uses[identity(step)] > 1)

    def before(self, step: Step, through: Kinds = (), *, exact: bool = False) -> tuple[Step, ...]:
        """Return the steps whose output `step` takes, in the order of its arguments.

        The model's own input is no step: a first layer has nothing before it. What acts in training only, such as
        dropout, is looked through on every path.

        >>> pooling, = view.operations("MaxPooling2D")
        >>> [step.kind for step in view.before(pooling)]
        ['ReLU']
        >>> [step.kind for step in view.before(pooling, exact=True)]
        ['Dropout']

        Parameters
        ----------
        step
            A step of this model.
        through
            Further kinds to look through, as if they were not there.
        exact
            Whether only those of `through` are.
        """
        sources = self._wiring.before(self._own(step).index, _Passing(through, exact))
        return tuple(self.steps[source.step] for source in sources if source.step != START)

    def after(self, step: Step, through: Kinds = (), *, exact: bool = False) -> tuple[Step, ...]:
        """Return the steps that take the output of `step`; empty where it only is an output of the model.

        >>> first, _ = view.layers("Conv2D")
        >>> [step.kind for step in view.after(first)]
        ['BatchNormalization', 'Add']

        Parameters
        ----------
        step, through, exact
            As for `before`.
        """
        found = self._wiring.after(self._own(step).index, _Passing(through, exact))
        return tuple(self.steps[index] for index in found)

    def is_output(self, step: Step, through: Kinds = (), *, exact: bool = False) -> bool:
        """Return whether the output of `step` is an output of the model.

        >>> view.is_output(view.steps[-1])
        True

        Parameters
        ----------
        step, through, exact
            As for `before`.
        """
        return self._wiring.is_output(self._own(step).index, _Passing(through, exact))

    def follows(self, step: Step, *kinds: Kinds, through: Kinds = (), exact: bool = False) -> bool:
        """Return whether on *every* path from `step` these kinds come next, in this order.

        A path that ends before (an output of the model) does not. What is asked for is never looked through.

        >>> addition, = view.operations("Add")
        >>> view.follows(addition, "ReLU", "MaxPooling2D")
        True
        >>> view.follows(addition, "ReLU", "Dropout", "MaxPooling2D")
        True
        >>> view.follows(view.steps[0], "BatchNormalization")      # the sum takes it as well
        False

        Parameters
        ----------
        step
            A step of this model.
        *kinds
            What has to come next, then after that, and so on: kinds, patterns, or several of them.
        through, exact
            As for `before`.
        """
        reached = {self._own(step).index}
        for kind in kinds:
            passing = _Passing(through, exact, kind)
            taken: set[int] = set()
            for index in reached:
                next_ones = self._wiring.after(index, passing)
                is_end = self._wiring.is_output(index, passing) or not next_ones
                if is_end or not all(self.steps[each].is_a(kind) for each in next_ones):
                    return False
                taken.update(next_ones)
            reached = taken
        return True

    def comes_from(self, step: Step, *kinds: Kinds, through: Kinds = (), exact: bool = False) -> bool:
        """Return whether on *every* path to `step` these kinds come last, the nearest one first.

        >>> view.comes_from(addition := view.operations("Add")[0], "Conv2D")
        True
        >>> view.comes_from(addition, "Conv2D", "ReLU")      # one of the two convolutions takes the input
        False

        Parameters
        ----------
        step, kinds, through, exact
            As for `follows`.
        """
        reached = {self._own(step).index}
        for kind in kinds:
            passing = _Passing(through, exact, kind)
            sources = [self._wiring.before(index, passing) for index in reached]
            givers = {source.step for each in sources for source in each}
            if not all(sources) or START in givers or not all(self.steps[giver].is_a(kind) for giver in givers):
                return False
            reached = givers
        return True

    def between(self, start: Step | None, end: Step | None) -> tuple[Step, ...]:
        """Return the steps on any path from `start` to `end`, without these two.

        >>> [step.kind for step in view.between(*view.layers("Conv2D"))]
        ['BatchNormalization', 'ReLU']

        Parameters
        ----------
        start
            A step; None is the model's input.
        end
            A step; None is the model's output.
        """
        below = self._wiring.descendants(START if start is None else self._own(start).index)
        ends = [source.step for source in self._wiring.outputs] if end is None else [self._own(end).index]
        above = set().union(*(self._wiring.ancestors(index) for index in ends if index != START))
        return tuple(self.steps[index] for index in sorted(below & above) if self.steps[index] not in (start, end))

    def _own(self, step: Step) -> Step:
        """Return a step, which has to be one of this model."""
        if not 0 <= step.index < len(self.steps) or self.steps[step.index] is not step:
            raise ValueError(f"{step} is a step of another model")
        return step

    def _several(self, steps: Steps) -> tuple[Step, ...]:
        return tuple(self._own(step) for step in ((steps,) if isinstance(steps, Step) else steps))


class _Passing:
    """Says which steps a path is looked through at."""

    def __init__(self, through: Kinds, exact: bool, asked: Kinds = ()) -> None:
        self._through = through
        self._exact = exact
        self._asked = asked

    def __call__(self, step: Step) -> bool:
        is_passed = step.is_a(self._through) or (step.acts_in_training_only and not self._exact)
        return is_passed and not step.is_a(self._asked)


def identity(step: Step) -> object:
    """Return what two steps share that apply the same weights."""
    if step.num_parameters == 0:
        return step.index
    return step.layer, tuple(step.weights.values())
