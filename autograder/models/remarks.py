"""What is worth knowing of a model beside what it computes: where Keras, or we, do other than the code seems to say."""

from __future__ import annotations

from dataclasses import dataclass

SENTENCES = {
    "added_loss": "`{name}` adds a loss of its own, which is left out when the model is trained here",
    "ignored_training": "`{name}` is called with a training flag of its own, which Keras overrides in such a model",
    "own_constraint": "a constraint of `{name}` is not one of Keras's own, and is left out when it is trained here",
    "own_initializer": "an initialiser of `{name}` is not one of Keras's own: its weights begin with normal numbers of "
    "the same mean and deviation when it is trained here",
    "own_regularizer": "a regulariser of `{name}` is not one of Keras's own, and is left out when it is trained here",
    "raw_variable": "`{name}` computes with a `tf.Variable`, which Keras does not train: make it with `add_weight`",
    "untracked": "Keras does not know that `{name}` belongs to the model, so its weights are never trained: make it an "
    "attribute of the model, or an element of a list or dict that is one",
}
"""Kind of a remark -> a sentence for the student."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about one layer.

    Attributes
    ----------
    kind
        A key of `SENTENCES`.
    name
        What the student called the layer.
    """

    kind: str
    name: str

    @property
    def sentence(self) -> str:
        """The remark for the student, without a full stop."""
        return SENTENCES[self.kind].format(name=self.name)
