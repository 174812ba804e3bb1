"""What a model is made of, and a model as a whole: what can be asked of it without running it.

The examples are of the `view` of `autograder.models.paths`; of `vgg`, three times two convolutions and a pooling; and
of `unet`, an encoder-decoder with one skip connection.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.errors import ModelRefused
from autograder.models.blocks import Block, find_blocks
from autograder.models.difference import Compared, find_difference
from autograder.models.graph import Shape
from autograder.models.paths import Paths, Steps, identity
from autograder.models.picture import MAX_ROWS, Marked, picture_of
from autograder.models.receptive import ReceptiveField, find_receptive_field
from autograder.models.resampling import Resampling, find_downsampling, find_upsampling
from autograder.models.shortcuts import Shortcut, find_shortcuts
from autograder.models.steps import Kinds, Source, Step, Wiring
from autograder.models.table import table_text
from autograder.records import ModelPicture
from autograder.reports.diagram import diagram_svg


class Structure(Paths):
    """The steps of a model, how they are wired, and what they are parts of.

    Parameters
    ----------
    wiring
        The normalised graph.
    input_shapes
        Of the model's inputs, None for the batch.
    """

    def __init__(self, wiring: Wiring, input_shapes: Sequence[Shape]) -> None:
        super().__init__(wiring)
        self._input_shapes = tuple(input_shapes)
        self._compared = Compared(wiring, self._input_shapes)

    def shortcuts(self, merge: Kinds = "Add") -> tuple[Shortcut, ...]:
        """Return the shortcuts of the model, in the order of computation.

        A merge counts where its operands come from one earlier tensor, along ways of which one skips layers:
        it is an identity, or has fewer or smaller layers than the other. `x + x` is no shortcut, nor is the
        sum of two branches that start nowhere in common, nor the addition of a bias.

        >>> shortcut, = view.shortcuts()
        >>> shortcut.kind, shortcut.num_convolutions, shortcut.path
        ('identity', 1, ())
        >>> shortcut.start is view.steps[0]      # None where it begins at the model's own input
        True

        Parameters
        ----------
        merge
            Kind of the step that joins: "Add", or "Concatenate" for an encoder-decoder's.
        """
        return find_shortcuts(self._wiring, merge)

    def blocks(self) -> tuple[tuple[Block, ...], ...]:
        """Return what the model repeats: for each repeated part its copies, in the order of computation.

        Copies are of the same kinds, with equal windows, wired in the same way. Filters, strides and padding may
        differ, and so may the short way of a shortcut. What is not repeated is in none.

        >>> view.blocks()
        ()
        >>> stages, = vgg.blocks()
        >>> [stage.operations("Conv2D")[0].config["filters"] for stage in stages]
        [8, 16, 32]
        >>> [step.kind for step in stages[0].steps]
        ['Conv2D', 'ReLU', 'Conv2D', 'ReLU', 'MaxPooling2D']
        """
        return find_blocks(self._wiring, self.shortcuts())

    def receptive_field(self, at: Step | None = None) -> ReceptiveField:
        """Return which part of the input one value sees.

        >>> last = view.layers("Conv2D")[-1]
        >>> field = view.receptive_field(last)
        >>> field.size, [int(stride) for stride in field.stride]
        ((5, 5), [1, 1])
        >>> print(field.derivation.splitlines()[-1].partition(": ")[2])
        3 + (3 - 1) * 1 = 5, stride 1
        >>> view.receptive_field().size is None          # a class score sees the whole image
        True

        Parameters
        ----------
        at
            Whose values; the model's output where None.

        Raises
        ------
        ModelRefused
            If a step moves values about in a way that is not followed, or the model has several outputs.
        """
        if at is None and len(self._wiring.outputs) != 1:
            raise ModelRefused(f"the model has {len(self._wiring.outputs)} outputs, each with a receptive field")
        end = self._wiring.outputs[0] if at is None else Source(self._own(at).index)
        return find_receptive_field(self._wiring, self._input_shapes, end)

    def downsampling(self, *, border: bool = False) -> tuple[Resampling, ...]:
        """Return the steps that make maps smaller, in the order of computation.

        >>> [(each.step.kind, each.before, each.after) for each in view.downsampling()]
        [('MaxPooling2D', (16, 16), (8, 8)), ('GlobalAveragePooling2D', (8, 8), (1, 1))]

        Parameters
        ----------
        border
            Whether steps count that only take off a border, as a convolution without padding does.
        """
        return tuple(each for each in find_downsampling(self._wiring) if border or max(each.factor) > 1)

    def upsampling(self) -> tuple[Resampling, ...]:
        """Return the steps that make maps larger, in the order of computation.

        >>> [(each.step.kind, each.before, each.after) for each in unet.upsampling()]
        [('Conv2DTranspose', (8, 8), (16, 16))]
        """
        return find_upsampling(self._wiring)

    def difference(self, other: Structure) -> str:
        """Return in a sentence where another model differs first; empty where it is the same up to names.

        Order does not count where it means nothing (`x + y`), nor do initial weights.

        >>> view.difference(view)
        ''
        >>> view.difference(vgg)
        'it takes (None, 16, 16, 3), the other model takes (None, 32, 32, 3)'
        """
        return find_difference(self._compared, other._compared, identity)

    def same_as(self, other: Structure) -> bool:
        """Return whether another model is the same up to names; see `difference`.

        >>> view.same_as(view), view.same_as(vgg)
        (True, False)
        """
        return not self.difference(other)

    def table(self, mark: Steps = ()) -> str:
        """Return the steps as a table in plain text, for people.

        >>> print(view.table(mark=view.layers("Dense")).splitlines()[-3])
        ->   9  Dense                   units=10                                 (None, 10)                 90
        """
        return table_text(self.picture(mark, max_rows=None))

    def diagram(self, mark: Steps = ()) -> str:
        """Return the steps as a drawing: an SVG without scripts, in which every text is escaped.

        >>> view.diagram(mark=view.steps[1]).startswith('<svg class="model-picture"')
        True
        """
        return diagram_svg(self.picture(mark, max_rows=None))

    def picture(self, mark: Steps = (), *, max_rows: int | None = MAX_ROWS) -> ModelPicture:
        """Return the steps as the record that tables and drawings are made of.

        Parameters
        ----------
        mark
            Steps to be marked.
        max_rows
            How many steps are in it at most, those around the marked ones; None for all.
        """
        return picture_of(self._wiring, self._input_shapes, self._several(mark), self._remarks(), max_rows)

    def marked(self, sentence: str, where: Steps = ()) -> Marked:
        """Return the message of an `assert`, with the model and the places in it that the message is about.

        The student sees the sentence, and below it the own model with these steps marked.

        >>> wrong = [step for step in view.layers("Conv2D") if not view.follows(step, "BatchNormalization")]
        >>> message = view.marked(f"{len(wrong)} convolutions are not followed by batch normalisation", wrong)
        >>> str(message)
        '2 convolutions are not followed by batch normalisation'
        >>> [row.number for row in message.picture.rows if row.is_marked]
        [0, 3]
        """
        return Marked(sentence, self.picture(where))

    def _remarks(self) -> Sequence[str]:
        """Return what is said below a table."""
        return ()
