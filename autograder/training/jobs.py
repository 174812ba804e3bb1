"""One training that is to be made, as a record that can be sent to whoever makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from autograder.models.graph import ModelGraph
from autograder.records import GradeId, Measure
from autograder.settings import Recipe
from autograder.training.attempt import UNREACHABLE
from autograder.training.cache import Entry


@dataclass(frozen=True)
class TrainingJob:
    """One attempt at one question's model, which is judged by a measure."""

    graph: ModelGraph
    question: GradeId
    recipe_name: str
    recipe: Recipe
    measure: Measure
    number: int
    keeps_weights: bool

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> TrainingJob:
        """Return the job that `to_data` described.

        Raises
        ------
        ModelRefused
            If its graph is outside what is rebuilt.
        """
        return cls(
            graph=ModelGraph.from_data(data["graph"]),
            question=GradeId(data["question"]),
            recipe_name=data["recipe_name"],
            recipe=msgspec.convert(data["recipe"], Recipe),
            measure=Measure(data["measure"]),
            number=data["number"],
            keeps_weights=data["keeps_weights"],
        )

    def to_data(self) -> dict[str, Any]:
        """Return the job as plain data and arrays."""
        return {
            "graph": self.graph.to_data(),
            "question": self.question,
            "recipe_name": self.recipe_name,
            "recipe": msgspec.to_builtins(self.recipe),
            "measure": self.measure.value,
            "number": self.number,
            "keeps_weights": self.keeps_weights,
        }

    @property
    def floors(self) -> dict[Measure, float]:
        """What is to be reached: every floor of the question, so that checks in other measures find it in the cache.

        Without a floor in the measure that is asked for, the training is made in full.
        """
        found = {measure: self.recipe.floor(self.question, measure) for measure in self.recipe.task.measures}
        return {self.measure: self.floor, **{measure: floor for measure, floor in found.items() if floor is not None}}

    @property
    def floor(self) -> float:
        """What is to be reached in the measure that is asked for."""
        floor = self.recipe.floor(self.question, self.measure)
        return UNREACHABLE if floor is None else floor

    @property
    def words(self) -> str:
        """What is said of it while it is made."""
        again = f" (seed {self.number + 1} of {self.recipe.attempts})" if self.number else ""
        return f"{self.question}{again}"


Elsewhere: TypeAlias = Callable[[str, TrainingJob], Entry]
"""Returns the finished training of a key and a job, wherever it is made or kept."""
