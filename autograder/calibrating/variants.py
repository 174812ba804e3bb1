"""Which variants of a corpus a floor is chosen from."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.corpus import Variant, VariantKind
from autograder.errors import UsageError
from autograder.records import GradeId
from autograder.rubric import Rubric
from autograder.training.calibration import answer_digest


def trained_questions(rubric: Rubric) -> tuple[GradeId, ...]:
    """Return the questions of which a check trains a model, in the order of the suite."""
    return tuple(dict.fromkeys(check.question for check in rubric.checks.values() if check.trains))


def chosen_questions(rubric: Rubric, names: Sequence[str]) -> tuple[GradeId, ...]:
    """Return those of the trained questions that are named; all of them where none is.

    Raises
    ------
    UsageError
        If no check of a named question trains a model, or of none at all.
    """
    trained = trained_questions(rubric)
    unknown = sorted(set(names) - set(trained))
    if unknown or not trained:
        about = f"{', '.join(unknown)} in " if unknown else ""
        raise UsageError(
            f"there is nothing to calibrate for {about}{rubric.assignment.id}: "
            f"checks train the models of {', '.join(trained) or 'no question'}"
        )
    return tuple(question for question in trained if not names or question in names)


def must_miss(variant: Variant, rubric: Rubric) -> frozenset[GradeId]:
    """Return the questions whose floor a mistake has to miss: it names a check of theirs that trains."""
    named = (rubric.checks[name] for name in variant.fails if name in rubric.checks)
    return frozenset(check.question for check in named if check.trains)


def must_pass(variant: Variant) -> bool:
    """Whether a variant's models have to reach every floor."""
    return variant.kind in (VariantKind.REFERENCE, VariantKind.ACCEPTED)


def answers(question: GradeId, corpus: Sequence[Variant], rubric: Rubric) -> dict[str, str]:
    """Return a hash of the answer of each variant that a question's calibration depends on.

    These are the reference, accepted variants with an answer of their own, and mistakes that have to miss the floor.
    """
    (reference,) = (variant for variant in corpus if variant.kind is VariantKind.REFERENCE)
    found = {}
    for variant in corpus:
        source = variant.sources.get(question, "")
        is_own = must_pass(variant) and (variant is reference or source != reference.sources.get(question, ""))
        if is_own or question in must_miss(variant, rubric):
            found[variant.name] = answer_digest(source)
    return found
